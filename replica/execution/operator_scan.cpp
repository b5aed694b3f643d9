#include "replica/execution/operator_scan.hpp"

#include "vm/base/leb128.hpp"

namespace icvm::replica {

namespace {

using vm::Immediate;
using vm::Opcode;

/// Bits of the alignment field of a memory argument that say a memory index follows.
constexpr u64 memory_index_bit = 64;

bool skip(Bytes& bytes, u64 size) {
    if (size > bytes.size()) return false;
    bytes = bytes.subspan(size);
    return true;
}

bool skip_unsigned(Bytes& bytes, int count) {
    for (; count > 0; count--)
        if (!read_unsigned_leb128(bytes)) return false;
    return true;
}

/// A vector of indices or types of one byte, each an LEB128.
bool skip_vector(Bytes& bytes) {
    const auto size = read_unsigned_leb128(bytes);
    if (!size || *size > bytes.size()) return false;
    for (u64 i = 0; i < *size; i++)
        if (!read_signed_leb128(bytes)) return false;
    return true;
}

bool skip_memory_argument(Bytes& bytes) {
    const auto alignment = read_unsigned_leb128(bytes);
    return alignment && skip_unsigned(bytes, *alignment & memory_index_bit ? 2 : 1);
}

bool skip_immediate(Bytes& bytes, Immediate immediate) {
    switch (immediate) {
        case Immediate::none: return true;
        case Immediate::label:
        case Immediate::function:
        case Immediate::local:
        case Immediate::global:
        case Immediate::table:
        case Immediate::element:
        case Immediate::memory:
        case Immediate::data: return skip_unsigned(bytes, 1);
        case Immediate::type_table:
        case Immediate::table_table:
        case Immediate::element_table:
        case Immediate::memory_memory:
        case Immediate::data_memory: return skip_unsigned(bytes, 2);
        case Immediate::block_type:
        case Immediate::heap_type:
        case Immediate::i32:
        case Immediate::i64: return read_signed_leb128(bytes).has_value();
        case Immediate::label_table: return skip_vector(bytes) && skip_unsigned(bytes, 1);
        case Immediate::select_types: return skip_vector(bytes);
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4: return skip_memory_argument(bytes);
        case Immediate::f32: return skip(bytes, 4);
        case Immediate::f64: return skip(bytes, 8);
    }
    return false;
}

/// The row of the operator at the front, which is dropped with its immediates; nullptr: none.
const vm::OpcodeRow* read_operator(Bytes& bytes) {
    if (bytes.empty()) return nullptr;
    u64 code = bytes[0];
    bytes = bytes.subspan(1);
    if (code >= 0xFB) {
        const auto second = read_unsigned_leb128(bytes, 32);
        if (!second || *second > 0xFF) return nullptr;
        code = code << 8 | *second;
    }
    const vm::OpcodeRow* row = vm::find_opcode_row(u16(code));
    return row && skip_immediate(bytes, row->immediate) ? row : nullptr;
}

bool skip_locals(Bytes& bytes) {
    const auto groups = read_unsigned_leb128(bytes, 32);
    if (!groups || *groups > bytes.size()) return false;
    for (u64 i = 0; i < *groups; i++)
        if (!read_unsigned_leb128(bytes, 32) || !read_signed_leb128(bytes)) return false;
    return true;
}

u64 complexity_of(Opcode opcode) {
    switch (opcode) {
#define COMPLEXITY(id, weight) \
    case Opcode::id: return weight;
#include "replica/execution/complexity.def"
        default: return 1;
    }
}

bool is_unsupported(Opcode opcode) {
    switch (opcode) {
        case Opcode::table_set:
        case Opcode::table_grow:
        case Opcode::table_fill:
        case Opcode::table_copy:
        case Opcode::table_init: return true;
        default: return false;
    }
}

bool ends_block(Opcode opcode) {
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
        case Opcode::return_call_indirect: return true;
        default: return false;
    }
}

/// What mainnet's instrumentation adds (spec/metering.md 1.1 and 3.7).
class InstrumentationCount {
public:
    explicit InstrumentationCount(bool memory64) : memory64_(memory64) {}

    void add(const vm::OpcodeRow& row) {
        cost_ += row.cost;  // memory64's higher costs are never the difference to 0
        if (row.opcode == Opcode::memory_fill || row.opcode == Opcode::memory_copy)
            added_ += memory64_ ? 1 : 3;
        if (row.opcode == Opcode::memory_init || row.opcode == Opcode::memory_grow) added_ += 3;
        if (row.opcode == Opcode::loop) {
            emit();
            checked_ = true;
        } else if (ends_block(row.opcode)) {
            emit();
        }
    }
    u64 added() const { return added_; }

private:
    void emit() {
        if (checked_)
            added_ += 10;
        else if (cost_ > 0)
            added_ += 4;
        cost_ = 0;
        checked_ = false;
    }

    bool memory64_;
    bool checked_ = true;
    u64 cost_ = 1;
    u64 added_ = 0;
};

}  // namespace

std::optional<FunctionCount> count_operators(Bytes body, bool memory64) {
    FunctionCount count;
    InstrumentationCount instrumentation(memory64);
    if (!skip_locals(body)) return std::nullopt;
    while (!body.empty()) {
        const vm::OpcodeRow* row = read_operator(body);
        if (!row) return std::nullopt;
        count.operators++;
        count.complexity += complexity_of(row->opcode);
        if (count.unsupported.empty() && is_unsupported(row->opcode)) count.unsupported = row->text;
        instrumentation.add(*row);
    }
    count.instrumented = count.operators + instrumentation.added();
    return count;
}

bool is_constant(Bytes expression, vm::Opcode opcode) {
    const vm::OpcodeRow* row = read_operator(expression);
    return row && row->opcode == opcode && expression.size() == 1;
}

bool is_single_instruction(Bytes expression) {
    return read_operator(expression) && expression.size() == 1;
}

}  // namespace icvm::replica
