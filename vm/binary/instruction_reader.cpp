#include "vm/binary/instruction_reader.hpp"

#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

constexpr std::array<u8, 256> InstructionReader::kinds = [] {
    std::array<u8, 256> result;
    result.fill(illegal);
#define WASM(code, id, text, immediate, ...) \
    if (code < 0x100) result[code & 0xFF] = u8(Immediate::immediate);
#include "vm/wasm/opcode.def"
    for (const u8 code : {0xFB, 0xFC, 0xFD, 0xFE}) result[code] = prefix;
    return result;
}();

std::unexpected<ReadError> InstructionReader::illegal_opcode(u32 offset, u32 code) {
    return std::unexpected(ReadError{MalformedReason::illegal_opcode, offset, code});
}

Result<void, ReadError> InstructionReader::read_prefixed(Instruction& out) {
    const u32 first = u32(out.opcode);
    const u32 second = TRY(reader_.read_u32());
    const u32 code = first << 8 | (second & 0xFF);
    const OpcodeRow* row = second < 0x100 ? find_opcode_row(u16(code)) : nullptr;
    if (row == nullptr) return illegal_opcode(out.offset, code);
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
        case Immediate::f32: out.bits = TRY(reader_.read_f32()); return {};
        case Immediate::f64: out.bits = TRY(reader_.read_f64()); return {};
        case Immediate::data: return read_data_index(out);
        case Immediate::data_memory:
            TRY(read_data_index(out));
            out.index2 = TRY(reader_.read_u32());
            return {};
        case Immediate::type_table:
        case Immediate::table_table:
        case Immediate::element_table:
        case Immediate::memory_memory:
            out.index = TRY(reader_.read_u32());
            out.index2 = TRY(reader_.read_u32());
            return {};
        default: out.index = TRY(reader_.read_u32()); return {};
    }
}

Result<void, ReadError> InstructionReader::read_block_type(Instruction& out) {
    const u32 offset = reader_.offset();
    const i64 code = TRY(reader_.read_s33());
    if (code >= 0) {
        out.block_type = {BlockType::Kind::type_index, {}, u32(code)};
        return {};
    }
    const u32 byte = u32(code) & 0x7F;
    const ValueType type{byte};
    const bool is_byte = reader_.offset() == offset + 1;
    if (is_byte && code == -64) {
        out.block_type = {};
    } else if (is_byte && type.is_number()) {
        out.block_type = {BlockType::Kind::value, type, 0};
    } else if (is_byte && (byte == 0x70 || byte == 0x6F)) {
        const ValueType reference = byte == 0x70 ? types::funcref : types::externref;
        out.block_type = {BlockType::Kind::value, reference, 0};
    } else {
        return std::unexpected(ReadError{MalformedReason::block_type, offset, byte});
    }
    return {};
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
    const u8 code = TRY(reader_.read_byte());
    if (code != 0x70 && code != 0x6F)
        return std::unexpected(ReadError{MalformedReason::heap_type, offset() - 1, code});
    out.type = code == 0x70 ? types::funcref : types::externref;
    return {};
}

/// Without any data segment the index is unknown: that is for validation to say.
Result<void, ReadError> InstructionReader::read_data_index(Instruction& out) {
    if (!module_.data_count && !module_.data.empty())
        return reader_.error(MalformedReason::data_count_required);
    out.index = TRY(reader_.read_u32());
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
