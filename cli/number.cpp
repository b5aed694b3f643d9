#include "cli/number.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace icvm::cli {

std::string grouped(u128 value) {
    std::string reversed;
    int digits = 0;
    do {
        if (digits != 0 && digits % 3 == 0) reversed += '_';
        reversed += char('0' + int(value % 10));
        value /= 10;
        digits++;
    } while (value != 0);
    std::reverse(reversed.begin(), reversed.end());
    return reversed;
}

std::string short_size(u64 bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    constexpr std::array units{"kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    u64 scale = 1000;
    while (unit + 1 < units.size() && bytes / scale >= 1000) {
        scale *= 1000;
        unit++;
    }
    const u64 tenths = bytes / (scale / 10);
    if (tenths >= 100) return fmt::format("{} {}", bytes / scale, units[unit]);
    return fmt::format("{}.{} {}", tenths / 10, tenths % 10, units[unit]);
}

std::string hex(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const u8 byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string short_hash(const std::array<u8, 32>& hash) {
    const std::string all = hex(hash);
    return all.substr(0, 8) + "…" + all.substr(60);
}

namespace {

int digit_value(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<ByteVector> bytes_from_hex(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    ByteVector bytes;
    int high = -1;
    for (const char character : text) {
        if (character == ' ' || character == '\n' || character == '\r' || character == '\t')
            continue;
        const int value = digit_value(character);
        if (value < 0) return std::nullopt;
        if (high < 0) {
            high = value;
        } else {
            bytes.push_back(u8(high << 4 | value));
            high = -1;
        }
    }
    if (high >= 0) return std::nullopt;
    return bytes;
}

}  // namespace icvm::cli
