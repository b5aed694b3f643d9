#include "replica/execution/operator_scan.hpp"

#include <array>

#include "vm/base/check.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::replica {

namespace {

using vm::Immediate;
using vm::Opcode;

/// Bits of the alignment field of a memory argument that say a memory index follows.
constexpr u8 memory_index_bit = 64;

/// What follows an opcode, as far as skipping it goes.
enum class Shape : u8 {
    none,
    one,
    two,
    labels,
    block_type,
    heap_type,
    value_types,
    memory_argument,
    memory_argument_lane,
    bytes4,
    bytes8,
    bytes16,
    unknown
};

Shape shape_of(Immediate immediate) {
    switch (immediate) {
        case Immediate::none: return Shape::none;
        case Immediate::type_table:
        case Immediate::table_table:
        case Immediate::element_table:
        case Immediate::memory_memory:
        case Immediate::data_memory: return Shape::two;
        case Immediate::label_table: return Shape::labels;
        case Immediate::block_type: return Shape::block_type;
        case Immediate::heap_type: return Shape::heap_type;
        case Immediate::select_types: return Shape::value_types;
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4: return Shape::memory_argument;
        case Immediate::memory_argument_lane_0:
        case Immediate::memory_argument_lane_1:
        case Immediate::memory_argument_lane_2:
        case Immediate::memory_argument_lane_3: return Shape::memory_argument_lane;
        case Immediate::f32: return Shape::bytes4;
        case Immediate::f64: return Shape::bytes8;
        case Immediate::v128:
        case Immediate::shuffle: return Shape::bytes16;
        default: return Shape::one;
    }
}

u8 complexity_of(Opcode opcode) {
    switch (opcode) {
#define COMPLEXITY(id, weight) \
    case Opcode::id: return weight;
#include "replica/execution/complexity.def"
        default: return 1;
    }
}

/// Where mainnet's instrumentation does something.
enum class Role : u8 { plain, ends_block, loop, fill_or_copy, init_or_grow, unsupported };

Role role_of(Opcode opcode) {
    switch (opcode) {
        case Opcode::if_:
        case Opcode::else_:
        case Opcode::end:
        case Opcode::br:
        case Opcode::br_if:
        case Opcode::br_table:
        case Opcode::return_:
        case Opcode::unreachable:
        case Opcode::return_call:
        case Opcode::return_call_indirect: return Role::ends_block;
        case Opcode::loop: return Role::loop;
        case Opcode::memory_fill:
        case Opcode::memory_copy: return Role::fill_or_copy;
        case Opcode::memory_init:
        case Opcode::memory_grow: return Role::init_or_grow;
        case Opcode::table_set:
        case Opcode::table_grow:
        case Opcode::table_fill:
        case Opcode::table_copy:
        case Opcode::table_init: return Role::unsupported;
        default: return Role::plain;
    }
}

struct OperatorRow {
    Shape shape = Shape::unknown;
    Role role = Role::plain;
    u8 complexity = 0;
    bool costs = false;  ///< memory64's higher costs are never the difference to 0
    bool is_on = false;  ///< see features.def
    Opcode opcode{};
};

OperatorRow row_of(u16 code) {
    const vm::OpcodeRow* row = vm::find_opcode_row(code);
    if (row == nullptr) return {};
    return {shape_of(row->immediate),       role_of(row->opcode),
            complexity_of(row->opcode),     row->cost > 0,
            is_on(feature_of(row->opcode)), row->opcode};
}

using OperatorTable = std::array<OperatorRow, vm::opcode_places>;

/// By vm::place_of(opcode).
const OperatorTable& table() {
    static const OperatorTable rows = [] {
        OperatorTable made;
        // Only one byte, or two of which the first is a prefix: 65,536 look-ups took 0.1 ms.
        constexpr u32 one_byte_max = 0xFF, prefix_min = 0xFB00, code_max = 0xFE14;
        for (u32 code = 0; code < code_max; code = code == one_byte_max ? prefix_min : code + 1)
            if (vm::find_opcode_row(u16(code)) != nullptr)
                made[vm::place_of(Opcode(code))] = row_of(u16(code));
        return made;
    }();
    return rows;
}

/// Skips what was validated before, as long as its features are on: only the end of the bytes is
/// watched.
class Scanner {
public:
    explicit Scanner(Bytes bytes)
        : begin_(bytes.data()), position_(begin_), end_(position_ + bytes.size()) {}

    bool at_end() const { return position_ == end_; }
    size_t left() const { return size_t(end_ - position_); }
    /// The first feature that is off: what follows was not read.
    const std::optional<RefusedFeature>& refused() const { return refused_; }

    bool skip_locals() {
        const auto groups = read_count();
        for (u64 i = 0; i < groups.value_or(0); i++)
            if (!skip_number() || !skip_value_type()) return false;
        return groups.has_value();
    }
    /// The row of the operator here, which is skipped with its immediates; nullptr: none, or
    /// refused().
    const OperatorRow* next() {
        if (at_end()) return nullptr;
        operator_ = position_;
        const u8 code = *position_++;
        const OperatorRow* row = code < 0xFB ? &rows_[code] : prefixed(code);
        if (row == nullptr) return nullptr;
        if (!row->is_on) return refuse(feature_of(row->opcode)), nullptr;
        return skip_immediate(row->shape) ? row : nullptr;
    }

private:
    bool refuse(Feature feature) {
        refused_ = {feature, u32(operator_ - begin_)};
        return false;
    }
    bool skip_number() {
        while (position_ != end_)
            if (*position_++ < 0x80) return true;
        return false;
    }
    bool skip_numbers(u64 count) {
        for (; count > 0; count--)
            if (!skip_number()) return false;
        return true;
    }
    std::optional<u64> read_count() {
        Bytes bytes(position_, end_);
        const auto count = read_unsigned_leb128(bytes, 32);
        position_ = bytes.data();
        return count;
    }
    bool skip_bytes(size_t count) {
        if (count > left()) return false;
        position_ += count;
        return true;
    }
    const OperatorRow* prefixed(u8 prefix) {
        const auto second = read_count();
        const u64 code = (u64(prefix) << 8) + second.value_or(0xFFFF);
        if (code > 0xFFFF || vm::find_opcode_row(u16(code)) == nullptr) return nullptr;
        return &rows_[vm::place_of(Opcode(code))];
    }
    /// One byte, where the feature is on.
    bool skip_value_type() {
        if (at_end()) return false;
        const Feature feature = feature_of_type_code(*position_);
        return is_on(feature) ? skip_bytes(1) : refuse(feature);
    }
    /// Nothing, a value type, or the index of a type.
    bool skip_block_type() {
        constexpr u8 nothing = 0x40;
        if (at_end()) return false;
        const bool is_value = (*position_ & 0xC0) == 0x40 && *position_ != nothing;
        return is_value ? skip_value_type() : skip_number();
    }
    bool skip_heap_type() {
        if (at_end()) return false;
        const bool is_index = (*position_ & 0xC0) != 0x40;
        return is_index ? refuse(Feature::function_references) : skip_value_type();
    }
    bool skip_value_types() {
        const auto count = read_count();
        for (u64 i = 0; i < count.value_or(0); i++)
            if (!skip_value_type()) return false;
        return count.has_value();
    }
    bool skip_memory_argument() {
        if (!at_end() && (*position_ & memory_index_bit) != 0)
            return refuse(Feature::multiple_memories);
        return skip_numbers(2);
    }
    bool skip_immediate(Shape shape) {
        switch (shape) {
            case Shape::none: return true;
            case Shape::one: return skip_number();
            case Shape::two: return skip_numbers(2);
            case Shape::labels: {
                const auto count = read_count();
                return count && skip_numbers(*count + 1);
            }
            case Shape::block_type: return skip_block_type();
            case Shape::heap_type: return skip_heap_type();
            case Shape::value_types: return skip_value_types();
            case Shape::memory_argument: return skip_memory_argument();
            case Shape::memory_argument_lane: return skip_memory_argument() && skip_bytes(1);
            case Shape::bytes4: return skip_bytes(4);
            case Shape::bytes8: return skip_bytes(8);
            case Shape::bytes16: return skip_bytes(16);
            case Shape::unknown: return false;
        }
        return false;
    }

    const OperatorTable& rows_ = table();
    const u8* begin_;
    const u8* position_;
    const u8* end_;
    const u8* operator_ = begin_;  ///< where the last one begins
    std::optional<RefusedFeature> refused_;
};

/// What mainnet's instrumentation adds (docs/metering.md, "Stages of install_code").
class InstrumentationCount {
public:
    explicit InstrumentationCount(bool memory64) : memory64_(memory64) {}

    void add(const OperatorRow& row) {
        costs_ |= row.costs;
        if (row.role != Role::plain) [[unlikely]]
            add(row.role);
    }
    u64 added() const { return added_; }

private:
    void add(Role role) {
        if (role == Role::fill_or_copy) added_ += memory64_ ? 1 : 3;
        if (role == Role::init_or_grow) added_ += 3;
        if (role == Role::loop || role == Role::ends_block) end_block(role == Role::loop);
    }
    void end_block(bool next_is_checked) {
        if (checked_)
            added_ += 10;
        else if (costs_)
            added_ += 4;
        costs_ = false;
        checked_ = next_is_checked;
    }

    bool memory64_;
    bool checked_ = true;
    bool costs_ = true;  ///< the block, so far
    u64 added_ = 0;
};

}  // namespace

FunctionCount count_operators(Bytes body, bool memory64) {
    FunctionCount count;
    InstrumentationCount instrumentation(memory64);
    Scanner scanner(body);
    (void)scanner.skip_locals();
    while (!scanner.refused()) {
        const OperatorRow* row = scanner.next();
        if (row == nullptr) break;
        count.operators++;
        count.complexity += row->complexity;
        if (row->role == Role::unsupported && count.unsupported.empty())
            count.unsupported = vm::find_opcode_row(u16(row->opcode))->text;
        instrumentation.add(*row);
    }
    CHECK(scanner.at_end() || scanner.refused());  // the body is valid
    count.refused = scanner.refused();
    count.instrumented = count.operators + instrumentation.added();
    return count;
}

bool is_constant(Bytes expression, vm::Opcode opcode) {
    Scanner scanner(expression);
    const OperatorRow* row = scanner.next();
    return row != nullptr && row->opcode == opcode && scanner.left() == 1;
}

ConstantShape shape_of_constant(Bytes expression) {
    Scanner scanner(expression);
    const OperatorRow* row = scanner.next();
    if (row == nullptr) {
        const auto& refused = scanner.refused();
        return {false, {}, refused ? std::optional(refused->feature) : std::nullopt};
    }
    return {scanner.left() == 1, row->opcode, std::nullopt};
}

}  // namespace icvm::replica
