#include "replica/execution/operator_scan.hpp"

#include <array>

#include "vm/base/leb128.hpp"

namespace icvm::replica {

namespace {

using vm::Immediate;
using vm::Opcode;

/// Bits of the alignment field of a memory argument that say a memory index follows.
constexpr u8 memory_index_bit = 64;

/// What follows an opcode, as far as skipping it goes.
enum class Shape : u8 { none, one, two, indices, labels, memory_argument, bytes4, bytes8, unknown };

Shape shape_of(Immediate immediate) {
    switch (immediate) {
        case Immediate::none: return Shape::none;
        case Immediate::type_table:
        case Immediate::table_table:
        case Immediate::element_table:
        case Immediate::memory_memory:
        case Immediate::data_memory: return Shape::two;
        case Immediate::label_table: return Shape::labels;
        case Immediate::select_types: return Shape::indices;
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4: return Shape::memory_argument;
        case Immediate::f32: return Shape::bytes4;
        case Immediate::f64: return Shape::bytes8;
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
    Opcode opcode{};
};

OperatorRow row_of(u16 code) {
    const vm::OpcodeRow* row = vm::find_opcode_row(code);
    if (row == nullptr) return {};
    return {shape_of(row->immediate), role_of(row->opcode), complexity_of(row->opcode),
            row->cost > 0, row->opcode};
}

using OperatorTable = std::array<OperatorRow, vm::opcode_places>;

/// By vm::place_of(opcode).
const OperatorTable& table() {
    static const OperatorTable rows = [] {
        OperatorTable made;
        for (u32 code = 0; code < 0x10000; code++)
            if (vm::find_opcode_row(u16(code)) != nullptr)
                made[vm::place_of(Opcode(code))] = row_of(u16(code));
        return made;
    }();
    return rows;
}

/// Skips what was validated before: only the end of the bytes is watched.
class Scanner {
public:
    explicit Scanner(Bytes bytes) : position_(bytes.data()), end_(position_ + bytes.size()) {}

    bool at_end() const { return position_ == end_; }
    size_t left() const { return size_t(end_ - position_); }

    bool skip_locals() {
        const auto groups = read_count();
        return groups && skip_numbers(2 * *groups);
    }
    /// The row of the operator here, which is skipped with its immediates; nullptr: none.
    const OperatorRow* next() {
        if (at_end()) return nullptr;
        const u8 code = *position_++;
        const OperatorRow* row = code < 0xFB ? &rows_[code] : prefixed(code);
        return row != nullptr && skip_immediate(row->shape) ? row : nullptr;
    }

private:
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
        if (!second || *second > 0xFF || prefix != 0xFC) return nullptr;
        const auto code = u16(u16(prefix) << 8 | u16(*second));
        if (vm::find_opcode_row(code) == nullptr) return nullptr;
        return &rows_[vm::place_of(Opcode(code))];
    }
    bool skip_immediate(Shape shape) {
        switch (shape) {
            case Shape::none: return true;
            case Shape::one: return skip_number();
            case Shape::two: return skip_numbers(2);
            case Shape::indices:
            case Shape::labels: {
                const auto count = read_count();
                return count && skip_numbers(*count + (shape == Shape::labels ? 1 : 0));
            }
            case Shape::memory_argument:
                return !at_end() && skip_numbers(*position_ & memory_index_bit ? 3 : 2);
            case Shape::bytes4: return skip_bytes(4);
            case Shape::bytes8: return skip_bytes(8);
            case Shape::unknown: return false;
        }
        return false;
    }

    const OperatorTable& rows_ = table();
    const u8* position_;
    const u8* end_;
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

std::optional<FunctionCount> count_operators(Bytes body, bool memory64) {
    FunctionCount count;
    InstrumentationCount instrumentation(memory64);
    Scanner scanner(body);
    if (!scanner.skip_locals()) return std::nullopt;
    while (!scanner.at_end()) {
        const OperatorRow* row = scanner.next();
        if (row == nullptr) return std::nullopt;
        count.operators++;
        count.complexity += row->complexity;
        if (row->role == Role::unsupported && count.unsupported.empty())
            count.unsupported = vm::find_opcode_row(u16(row->opcode))->text;
        instrumentation.add(*row);
    }
    count.instrumented = count.operators + instrumentation.added();
    return count;
}

bool is_constant(Bytes expression, vm::Opcode opcode) {
    Scanner scanner(expression);
    const OperatorRow* row = scanner.next();
    return row != nullptr && row->opcode == opcode && scanner.left() == 1;
}

bool is_single_instruction(Bytes expression) {
    Scanner scanner(expression);
    return scanner.next() != nullptr && scanner.left() == 1;
}

}  // namespace icvm::replica
