#pragma once

#include <concepts>
#include <optional>

#include "vm/base/bytes.hpp"

namespace icvm {

/// Reads unsigned LEB128 from the front of `bytes` and drops what it read. At most `bits` bits:
/// more, unused bits that are set, or the end of the bytes give nothing (Wasm 5.2.2).
inline std::optional<u64> read_unsigned_leb128(Bytes& bytes, unsigned bits = 64) {
    u64 value = 0;
    const unsigned length_max = (bits + 6) / 7;
    for (unsigned i = 0; i < length_max && i < bytes.size(); i++) {
        const u8 byte = bytes[i];
        const unsigned bits_left = bits - 7 * i;
        if (bits_left < 7 && ((byte & 0x7F) >> bits_left) != 0) return std::nullopt;
        value |= u64(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            bytes = bytes.subspan(i + 1);
            return value;
        }
    }
    return std::nullopt;
}

/// Reads signed LEB128, as above; the unused bits must equal the sign.
inline std::optional<i64> read_signed_leb128(Bytes& bytes, unsigned bits = 64) {
    u64 value = 0;
    const unsigned length_max = (bits + 6) / 7;
    for (unsigned i = 0; i < length_max && i < bytes.size(); i++) {
        const u8 byte = bytes[i];
        const unsigned bits_left = bits - 7 * i;
        if (bits_left < 7) {
            const u8 sign_and_unused = u8((byte & 0x7F) >> (bits_left - 1));
            const u8 all_ones = u8(0x7F >> (bits_left - 1));
            if (sign_and_unused != 0 && sign_and_unused != all_ones) return std::nullopt;
        }
        value |= u64(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            const unsigned shift = 7 * (i + 1);
            if (shift < 64 && (byte & 0x40)) value |= ~u64(0) << shift;
            bytes = bytes.subspan(i + 1);
            return i64(value);
        }
    }
    return std::nullopt;
}

inline void write_unsigned_leb128(ByteVector& out, u64 value) {
    while (value >= 0x80) {
        out.push_back(u8(value) | 0x80);
        value >>= 7;
    }
    out.push_back(u8(value));
}

inline void write_signed_leb128(ByteVector& out, i64 value) {
    while (value < -64 || value > 63) {
        out.push_back((u8(value) & 0x7F) | 0x80);
        value >>= 7;
    }
    out.push_back(u8(value) & 0x7F);
}

}  // namespace icvm
