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

/// The single bytes that are heap types; before a value type they stand for the nullable reference.
constexpr bool is_abstract_heap_type(u8 code) { return code >= 0x69 && code <= 0x74; }

}  // namespace

Malformed to_malformed(const ReadError& error) {
    std::string text(text_of(error.reason));
    if (error.found) {
        const u32 code = *error.found;
        text += code < 0x100 ? fmt::format(" {:02x}", code)
                             : fmt::format(" {:02x} {:02x}", code >> 24, code & 0xFF'FFFF);
        const bool shared = error.reason == MalformedReason::limits_flags && (code & 0xF2) == 2;
        if (shared) text += " (shared memories are not supported)";
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

Result<HeapType, ReadError> ByteReader::read_heap_type() {
    const u32 offset_before = offset();
    const i64 code = TRY(read_s33());
    if (code < 0) {
        const u8 byte = u8(code & 0x7F);
        if (code >= -64 && is_abstract_heap_type(byte)) return HeapType::of_code(byte);
        return std::unexpected(ReadError{MalformedReason::heap_type, offset_before, byte});
    }
    // More types than types_max there cannot be: whatever validation finds is unknown.
    return HeapType::of_index(u32(std::min<i64>(code, HeapType::abstract - 1)));
}

Result<std::optional<ValueType>, ReadError> ByteReader::read_reference_type(u8 code) {
    if (is_abstract_heap_type(code)) return ValueType::reference(HeapType::of_code(code), true);
    if (code != ValueType::nullable_code && code != ValueType::non_nullable_code)
        return std::nullopt;
    const HeapType heap = TRY(read_heap_type());
    return ValueType::reference(heap, code == ValueType::nullable_code);
}

Result<ValueType, ReadError> ByteReader::read_value_type() {
    const u8 code = TRY(read_byte());
    if (const ValueType type{code}; type.is_number() || type == types::v128) return type;
    if (const auto reference = TRY(read_reference_type(code))) return *reference;
    return no_type(MalformedReason::value_type, code);
}

Result<ValueType, ReadError> ByteReader::read_storage_type() {
    const u8 code = TRY(read_byte());
    const ValueType type{code};
    if (type.is_packed() || type.is_number() || type == types::v128) return type;
    if (const auto reference = TRY(read_reference_type(code))) return *reference;
    return no_type(MalformedReason::storage_type, code);
}

Result<ValueType, ReadError> ByteReader::read_reference_type() {
    const u8 code = TRY(read_byte());
    if (const auto reference = TRY(read_reference_type(code))) return *reference;
    return no_type(MalformedReason::reference_type, code);
}

}  // namespace icvm::vm
