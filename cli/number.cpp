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

std::string decimal(u128 value) {
    std::string text = grouped(value);
    std::erase(text, '_');
    return text;
}

std::optional<u128> number_from_text(std::string_view text) {
    if (text.empty() || text.front() == '_' || text.back() == '_') return std::nullopt;
    u128 number = 0;
    for (const char character : text) {
        if (character == '_') continue;
        if (character < '0' || character > '9') return std::nullopt;
        const u32 digit = u32(character - '0');
        if (number > (~u128(0) - digit) / 10) return std::nullopt;
        number = number * 10 + digit;
    }
    return number;
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

std::string message_text(const std::array<u8, 32>& id) {
    const size_t zeros =
        size_t(std::ranges::find_if(id, [](u8 byte) { return byte != 0; }) - id.begin());
    if (zeros < id.size() - sizeof(u64)) return hex(id);
    u64 number = 0;
    for (const u8 byte : id) number = number << 8 | byte;
    return decimal(number);
}

std::optional<std::array<u8, 32>> message_from_text(std::string_view text) {
    std::array<u8, 32> id{};
    if (text.size() == 2 * id.size()) {
        const auto bytes = bytes_from_hex(text);
        if (!bytes || bytes->size() != id.size()) return std::nullopt;
        std::ranges::copy(*bytes, id.begin());
        return id;
    }
    const auto number = number_from_text(text);
    if (!number || *number > ~u64(0)) return std::nullopt;
    for (size_t i = 0; i < sizeof(u64); i++) id[id.size() - 1 - i] = u8(*number >> (8 * i));
    return id;
}

}  // namespace icvm::cli
