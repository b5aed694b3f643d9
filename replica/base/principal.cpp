#include "replica/base/principal.hpp"

#include <zlib.h>

#include <algorithm>
#include <iterator>

namespace icvm::replica {

namespace {

constexpr size_t checksum_bytes = 4;
constexpr size_t group_characters = 5;
constexpr size_t text_characters_max = 63;
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/// RFC 4648 Base32 in lower case without padding, a dash after every fifth character.
std::string grouped_base32(Bytes bytes) {
    std::string text;
    u32 bits = 0, bits_held = 0;
    size_t characters = 0;
    const auto put = [&](u32 five_bits) {
        if (characters > 0 && characters % group_characters == 0) text += '-';
        text += alphabet[five_bits & 31];
        characters++;
    };
    for (const u8 byte : bytes) {
        bits = bits << 8 | byte;
        bits_held += 8;
        for (; bits_held >= 5; bits_held -= 5) put(bits >> (bits_held - 5));
    }
    if (bits_held > 0) put(bits << (5 - bits_held));
    return text;
}

/// The bytes of Base32 characters in lower case; dashes anywhere are passed over.
std::optional<ByteVector> bytes_of_base32(std::string_view text) {
    ByteVector bytes;
    u32 bits = 0, bits_held = 0;
    for (const char character : text) {
        if (character == '-') continue;
        const size_t digit = alphabet.find(character);
        if (digit == alphabet.npos) return std::nullopt;
        bits = bits << 5 | u32(digit);
        bits_held += 5;
        if (bits_held < 8) continue;
        bits_held -= 8;
        bytes.push_back(u8(bits >> bits_held));
    }
    return bytes;
}

std::array<u8, checksum_bytes> checksum(Bytes bytes) {
    const u32 crc = u32(crc32(0, bytes.data(), uInt(bytes.size())));
    return {u8(crc >> 24), u8(crc >> 16), u8(crc >> 8), u8(crc)};
}

}  // namespace

std::optional<Principal> Principal::from_bytes(Bytes bytes) {
    if (bytes.size() > bytes_max) return std::nullopt;
    Principal principal;
    std::ranges::copy(bytes, principal.bytes_.begin());
    principal.size_ = u8(bytes.size());
    return principal;
}

std::optional<Principal> Principal::from_text(std::string_view text) {
    if (text.size() > text_characters_max) return std::nullopt;
    const std::optional<ByteVector> bytes = bytes_of_base32(text);
    if (!bytes || bytes->size() < checksum_bytes) return std::nullopt;
    const std::optional<Principal> principal = from_bytes(Bytes(*bytes).subspan(checksum_bytes));
    // One principal has one text: this checks checksum, dashes, and unused bits alike.
    if (!principal || principal->text() != text) return std::nullopt;
    return principal;
}

Principal Principal::canister(u64 index) {
    std::array<u8, 10> bytes{};
    for (size_t i = 0; i < 8; i++) bytes[i] = u8(index >> (56 - 8 * i));
    bytes[8] = bytes[9] = 1;
    return *from_bytes(bytes);
}

Principal Principal::anonymous() {
    constexpr std::array<u8, 1> tag{4};
    return *from_bytes(tag);
}

std::string Principal::text() const {
    ByteVector summed;
    summed.reserve(checksum_bytes + bytes_max);
    std::ranges::copy(checksum(bytes()), std::back_inserter(summed));
    std::ranges::copy(bytes(), std::back_inserter(summed));
    return grouped_base32(summed);
}

}  // namespace icvm::replica
