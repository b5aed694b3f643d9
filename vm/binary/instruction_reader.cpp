#include "vm/binary/instruction_reader.hpp"

#include <algorithm>

#include "vm/binary/module_limits.hpp"
#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

constexpr std::array<u8, 256> InstructionReader::kinds = [] {
    std::array<u8, 256> result;
    result.fill(illegal);
#define WASM(code, id, text, immediate, ...) \
    if (code < 0x100) result[code & 0xFF] = u8(Immediate::immediate);
#include "vm/wasm/opcode.def"
    for (const u8 code : {0xFB, 0xFC, 0xFD}) result[code] = prefix;
    return result;
}();

/// Instruction n behind 0xFD is 0xFD00 + n also when n takes more than a byte (opcode.hpp).
Result<void, ReadError> InstructionReader::read_prefixed(Instruction& out) {
    constexpr u32 count_max = 0x200;
    const u32 first = u32(out.opcode);
    const u32 second = TRY(reader_.read_u32());
    const u32 limit = first == 0xFD ? count_max : 0x100;
    const OpcodeRow* row = second < limit ? find_opcode_row(u16((first << 8) + second)) : nullptr;
    if (row == nullptr)
        return std::unexpected(ReadError{MalformedReason::illegal_opcode, out.offset,
                                         first << 24 | std::min(second, 0xFF'FFFFu)});
    out.opcode = row->opcode;
    return read_immediate(row->immediate, out);
}

/// The immediates that next() does not read itself.
Result<void, ReadError> InstructionReader::read_immediate(Immediate kind, Instruction& out) {
    switch (kind) {
        case Immediate::none: return {};
        case Immediate::block_type: return read_block_type(out);
        case Immediate::label_table: return read_label_table(out);
        case Immediate::select_types: return read_select_types(out);
        case Immediate::heap_type: return read_heap_type(out);
        case Immediate::catches: return read_catches(out);
        case Immediate::cast: return read_cast(out);
        case Immediate::f32: out.bits = TRY(reader_.read_f32()); return {};
        case Immediate::f64: out.bits = TRY(reader_.read_f64()); return {};
        case Immediate::v128:
        case Immediate::shuffle: return read_vector(out);
        case Immediate::lane_2:
        case Immediate::lane_4:
        case Immediate::lane_8:
        case Immediate::lane_16: return read_lane(out);
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4: return read_memory_argument(out);
        case Immediate::memory_argument_lane_0:
        case Immediate::memory_argument_lane_1:
        case Immediate::memory_argument_lane_2:
        case Immediate::memory_argument_lane_3:
            TRY(read_memory_argument(out));
            return read_lane(out);
        case Immediate::data: out.index = TRY(read_data_index()); return {};
        case Immediate::data_memory:
            out.index = TRY(read_data_index());
            out.index2 = TRY(reader_.read_u32());
            return {};
        case Immediate::type_data:
            out.index = TRY(reader_.read_u32());
            out.index2 = TRY(read_data_index());
            return {};
        default: return read_indices(kind, out);
    }
}

/// One index or two.
Result<void, ReadError> InstructionReader::read_indices(Immediate kind, Instruction& out) {
    out.index = TRY(reader_.read_u32());
    switch (kind) {
        case Immediate::type_table:
        case Immediate::table_table:
        case Immediate::element_table:
        case Immediate::memory_memory:
        case Immediate::type_field:
        case Immediate::type_count:
        case Immediate::type_element:
        case Immediate::type_type: out.index2 = TRY(reader_.read_u32()); return {};
        default: return {};
    }
}

Result<void, ReadError> InstructionReader::read_block_type(Instruction& out) {
    const u32 offset = reader_.offset();
    const i64 code = TRY(reader_.read_s33());
    if (code >= 0) {
        out.block_type = {BlockType::Kind::type_index, {}, u32(code)};
        return {};
    }
    const u8 byte = u8(code & 0x7F);
    const ValueType type{byte};
    const bool is_byte = reader_.offset() == offset + 1;
    if (is_byte && code == -64) {
        out.block_type = {};
        return {};
    }
    if (is_byte && (type.is_number() || type == types::v128)) {
        out.block_type = {BlockType::Kind::value, type, 0};
        return {};
    }
    if (is_byte)
        if (const auto reference = TRY(reader_.read_reference_type(byte))) {
            out.block_type = {BlockType::Kind::value, *reference, 0};
            return {};
        }
    return std::unexpected(ReadError{MalformedReason::block_type, offset, byte});
}

Result<void, ReadError> InstructionReader::read_label_table(Instruction& out) {
    const u32 count = TRY(reader_.read_count(~u32(0)));
    labels_.clear();
    for (u32 i = 0; i < count; i++) labels_.push_back(TRY(reader_.read_u32()));
    out.labels = labels_;
    out.index = TRY(reader_.read_u32());
    return {};
}

/// Leaves the number of types in `index`: validation wants one (Wasm 3.4.4).
Result<void, ReadError> InstructionReader::read_select_types(Instruction& out) {
    out.index = TRY(reader_.read_count(~u32(0)));
    for (u32 i = 0; i < out.index; i++) out.type = TRY(reader_.read_value_type());
    return {};
}

Result<void, ReadError> InstructionReader::read_heap_type(Instruction& out) {
    const bool nullable = out.opcode != Opcode::ref_test && out.opcode != Opcode::ref_cast;
    out.type = ValueType::reference(TRY(reader_.read_heap_type()), nullable);
    return {};
}

/// Without any data segment the index is unknown: that is for validation to say.
Result<u32, ReadError> InstructionReader::read_data_index() {
    if (!module_.data_count && !module_.data.empty())
        return reader_.error(MalformedReason::data_count_required);
    return reader_.read_u32();
}

Result<void, ReadError> InstructionReader::read_catches(Instruction& out) {
    TRY(read_block_type(out));
    const u32 count = TRY(reader_.read_count(catches_max));
    catches_.clear();
    for (u32 i = 0; i < count; i++) {
        const u8 kind = TRY(reader_.read_byte());
        if (kind > u8(CatchClause::Kind::all_ref))
            return std::unexpected(
                ReadError{MalformedReason::catch_clause, reader_.offset() - 1, kind});
        CatchClause clause{CatchClause::Kind(kind)};
        if (kind < u8(CatchClause::Kind::all)) clause.tag = TRY(reader_.read_u32());
        clause.label = TRY(reader_.read_u32());
        catches_.push_back(clause);
    }
    out.catches = catches_;
    return {};
}

/// Bit 0 says that the operand's type is nullable, bit 1 that the type asked for is (Wasm 5.4.1).
Result<void, ReadError> InstructionReader::read_cast(Instruction& out) {
    const u8 flags = TRY(reader_.read_byte());
    if (flags > 3)
        return std::unexpected(ReadError{MalformedReason::cast_flags, reader_.offset() - 1, flags});
    out.index = TRY(reader_.read_u32());
    out.type = ValueType::reference(TRY(reader_.read_heap_type()), (flags & 1) != 0);
    out.type2 = ValueType::reference(TRY(reader_.read_heap_type()), (flags & 2) != 0);
    return {};
}

Result<void, ReadError> InstructionReader::read_lane(Instruction& out) {
    out.lane = TRY(reader_.read_byte());
    return {};
}

Result<void, ReadError> InstructionReader::read_vector(Instruction& out) {
    out.bits = TRY(reader_.read_f64());
    out.bits_high = TRY(reader_.read_f64());
    return {};
}

/// Bit 6 of the alignment says that a memory index follows it (Wasm 5.4.6).
Result<void, ReadError> InstructionReader::read_memory_index(u32 flags, Instruction& out) {
    if (flags >= 0x80) return reader_.error(MalformedReason::memory_argument_flags);
    out.alignment = flags & 0x3F;
    out.memory = TRY(reader_.read_u32());
    return {};
}

}  // namespace icvm::vm
