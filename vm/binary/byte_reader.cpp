#include "vm/binary/byte_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vm/base/utf8.hpp"

namespace icvm::vm {
namespace {

std::string_view text_of(MalformedReason reason) {
    switch (reason) {
#define MALFORMED(id, text) \
    case MalformedReason::id: return text;
#include "vm/binary/malformed.def"
    }
    return "malformed";
}

/// What the code is in WebAssembly 3.0, beyond what is supported; empty: nothing.
std::string_view feature_of_opcode(u32 code) {
    switch (code < 0x100 ? code : code >> 8) {
        case 0x08:
        case 0x0A:
        case 0x1F: return "exceptions are";
        case 0x14:
        case 0x15:
        case 0xD4:
        case 0xD5:
        case 0xD6: return "typed function references are";
        case 0xD3:
        case 0xFB: return "garbage collection is";
        case 0xFD: return "SIMD is";
        case 0xFE: return "threads are";
        default: return {};
    }
}

std::string_view feature_of_type(u32 code) {
    switch (code) {
        case 0x7B: return "SIMD is";
        case 0x63:
        case 0x64: return "typed function references are";
        case 0x69:
        case 0x74: return "exceptions are";
        case 0x4E:
        case 0x4F:
        case 0x50:
        case 0x5E:
        case 0x5F:
        case 0x6A:
        case 0x6B:
        case 0x6C:
        case 0x6D:
        case 0x6E:
        case 0x71:
        case 0x72:
        case 0x73: return "garbage collection is";
        default: return {};
    }
}

std::string_view feature_of(const ReadError& error) {
    switch (error.reason) {
        case MalformedReason::illegal_opcode: return feature_of_opcode(*error.found);
        case MalformedReason::import_kind:
        case MalformedReason::export_kind: return *error.found == 4 ? "exceptions are" : "";
        case MalformedReason::section_id: return *error.found == 13 ? "exceptions are" : "";
        case MalformedReason::limits_flags:
            return *error.found < 8 && (*error.found & 2) != 0 ? "shared memories are" : "";
        default: return feature_of_type(*error.found);
    }
}

}  // namespace

Malformed to_malformed(const ReadError& error) {
    std::string text(text_of(error.reason));
    if (error.found) {
        const u32 code = *error.found;
        text += code < 0x100 ? fmt::format(" {:02x}", code)
                             : fmt::format(" {:02x} {:02x}", code >> 8, code & 0xFF);
        const std::string_view feature = feature_of(error);
        if (!feature.empty()) text += fmt::format(" ({} not supported yet)", feature);
    }
    return {error.offset, std::move(text)};
}

/// Wasm 5.2.2: at most ceil(bits / 7) bytes, whose unused bits are zeros or equal the sign.
template <unsigned bits, bool is_signed>
Result<u64, ReadError> ByteReader::read_leb128() {
    u64 value = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
        const u8 byte = TRY(read_byte());
        const unsigned left = bits - shift;
        value |= u64(byte & 0x7F) << shift;
        if (left < 7) {
            const u8 unused = u8(0x7F << (is_signed ? left - 1 : left)) & 0x7F;
            const u8 set = byte & unused;
            if (set != 0 && !(is_signed && set == unused))
                return error_at(1, MalformedReason::integer_too_large);
        }
        if (byte >= 0x80) continue;
        if (is_signed && (byte & 0x40) != 0 && shift + 7 < 64) value |= ~u64(0) << (shift + 7);
        return value;
    }
    return error(MalformedReason::integer_too_long);
}

Result<u32, ReadError> ByteReader::read_u32_long() { return u32(TRY((read_leb128<32, false>()))); }
Result<u64, ReadError> ByteReader::read_u64_long() { return TRY((read_leb128<64, false>())); }
Result<i32, ReadError> ByteReader::read_i32_long() { return i32(TRY((read_leb128<32, true>()))); }
Result<i64, ReadError> ByteReader::read_i64_long() { return i64(TRY((read_leb128<64, true>()))); }
Result<i64, ReadError> ByteReader::read_s33() { return i64(TRY((read_leb128<33, true>()))); }

template <class T>
Result<T, ReadError> ByteReader::read_fixed() {
    if (remaining() < sizeof(T)) return error(MalformedReason::unexpected_end);
    T value = 0;
    for (size_t i = 0; i < sizeof(T); i++) value |= T(position_[i]) << (8 * i);
    position_ += sizeof(T);
    return value;
}

template Result<u32, ReadError> ByteReader::read_fixed();
template Result<u64, ReadError> ByteReader::read_fixed();

Result<u32, ReadError> ByteReader::read_count(u32 entries_max) {
    const u32 offset_before = offset();
    const u32 count = TRY(read_u32());
    if (count > entries_max)
        return std::unexpected(ReadError{MalformedReason::too_many, offset_before});
    // The last entries may be missing altogether: then the end is what is wrong.
    if (count > remaining())
        return std::unexpected(ReadError{remaining() == 0 ? MalformedReason::unexpected_end
                                                          : MalformedReason::length_out_of_bounds,
                                         offset_before});
    return count;
}

Result<ByteRange, ReadError> ByteReader::read_range(u32 size) {
    if (size > remaining()) return error(MalformedReason::unexpected_end);
    const ByteRange range{offset(), size};
    position_ += size;
    return range;
}

Result<std::string_view, ReadError> ByteReader::read_name() {
    const u32 offset_before = offset();
    const u32 size = TRY(read_u32());
    if (size > remaining())
        return std::unexpected(ReadError{MalformedReason::length_out_of_bounds, offset_before});
    const Bytes bytes(position_, size);
    if (!is_utf8(bytes)) return error(MalformedReason::utf8);
    position_ += size;
    return icvm::text_of(bytes);
}

Result<ValueType, ReadError> ByteReader::read_value_type() {
    const u8 code = TRY(read_byte());
    const ValueType type{code};
    if (type.is_number()) return type;
    if (code == 0x70) return types::funcref;
    if (code == 0x6F) return types::externref;
    return no_type(MalformedReason::value_type, code);
}

Result<ValueType, ReadError> ByteReader::read_reference_type() {
    const u8 code = TRY(read_byte());
    if (code == 0x70) return types::funcref;
    if (code == 0x6F) return types::externref;
    return no_type(MalformedReason::reference_type, code);
}

}  // namespace icvm::vm
