#pragma once

#include <array>
#include <vector>

#include "vm/binary/byte_reader.hpp"
#include "vm/binary/instruction.hpp"

namespace icvm::vm {

/// Reads the instructions of a body or constant expression, one at a time (Wasm 5.4).
class InstructionReader {
public:
    /// `range` holds instructions and may go on behind them.
    InstructionReader(const Module& module, ByteRange range)
        : module_(module), reader_(module.bytes, range) {}

    /// Goes on with another body.
    void restart(ByteRange range) { reader_ = ByteReader(module_.bytes, range); }

    bool at_end() const { return reader_.at_end(); }
    u32 offset() const { return reader_.offset(); }
    void skip(u32 size) { reader_.skip(size); }
    Bytes rest() const { return reader_.rest(); }

    /// Reads the next instruction. Only the fields that its Immediate has are written; `labels`
    /// and `catches` are valid until the next call.
    Result<void, ReadError> next(Instruction& out);

    /// Reads up to the `end` that closes what lies before here; `visit` sees each instruction.
    template <class Visit>
    Result<void, ReadError> skip_expression(Visit visit) {
        Instruction instruction{};
        for (u32 depth = 1; depth != 0;) {
            TRY(next(instruction));
            visit(instruction);
            switch (instruction.opcode) {
                case Opcode::block:
                case Opcode::loop:
                case Opcode::if_:
                case Opcode::try_table: depth++; break;
                case Opcode::end: depth--; break;
                default: break;
            }
        }
        return {};
    }
    Result<void, ReadError> skip_expression() {
        return skip_expression([](const Instruction&) {});
    }

private:
    static constexpr u8 illegal = 0xFF;
    static constexpr u8 prefix = 0xFE;
    /// Immediate by first byte, or one of those above.
    static const std::array<u8, 256> kinds;

    Result<void, ReadError> read_immediate(Immediate kind, Instruction& out);
    Result<void, ReadError> read_indices(Immediate kind, Instruction& out);
    Result<void, ReadError> read_prefixed(Instruction& out);
    Result<void, ReadError> read_block_type(Instruction& out);
    Result<void, ReadError> read_label_table(Instruction& out);
    Result<void, ReadError> read_select_types(Instruction& out);
    Result<void, ReadError> read_heap_type(Instruction& out);
    Result<u32, ReadError> read_data_index();
    Result<void, ReadError> read_catches(Instruction& out);
    Result<void, ReadError> read_cast(Instruction& out);
    Result<void, ReadError> read_lane(Instruction& out);
    Result<void, ReadError> read_vector(Instruction& out);
    Result<void, ReadError> read_memory_argument(Instruction& out);
    Result<void, ReadError> read_memory_index(u32 flags, Instruction& out);

    const Module& module_;
    ByteReader reader_;
    std::vector<u32> labels_;
    std::vector<CatchClause> catches_;
};

inline Result<void, ReadError> InstructionReader::read_memory_argument(Instruction& out) {
    const u32 flags = TRY(reader_.read_u32());
    out.alignment = flags;
    out.memory = 0;
    if (flags >= 0x40) [[unlikely]]
        TRY(read_memory_index(flags, out));
    out.bits = TRY(reader_.read_u64());
    return {};
}

inline Result<void, ReadError> InstructionReader::next(Instruction& out) {
    out.offset = offset();
    const u8 code = TRY(reader_.read_byte());
    const u8 kind = kinds[code];
    out.opcode = Opcode(code);
    switch (Immediate(kind)) {
        case Immediate::none: return {};
        case Immediate::label:
        case Immediate::function:
        case Immediate::local:
        case Immediate::global: out.index = TRY(reader_.read_u32()); return {};
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4: return read_memory_argument(out);
        case Immediate::i32: out.bits = u32(TRY(reader_.read_i32())); return {};
        case Immediate::i64: out.bits = u64(TRY(reader_.read_i64())); return {};
        default: break;
    }
    if (kind == prefix) return read_prefixed(out);
    if (kind == illegal)
        return std::unexpected(ReadError{MalformedReason::illegal_opcode, out.offset, code});
    return read_immediate(Immediate(kind), out);
}

}  // namespace icvm::vm
