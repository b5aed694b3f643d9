#include "replica/scenarios/candid_text.hpp"

#include <cctype>

#include "replica/candid/candid.hpp"
#include "replica/management/interface/interface.hpp"

namespace icvm::replica::scenarios {

namespace {

constexpr u32 one_line = 1 << 24;
constexpr std::string_view digits_hexadecimal = "0123456789abcdef";

/// The bytes of `"…"` at the front of `text`.
ByteVector unquoted(std::string_view text) {
    ByteVector bytes;
    for (size_t i = 1; i < text.size() && text[i] != '"'; i++) {
        const size_t high = i + 2 < text.size() ? digits_hexadecimal.find(text[i + 1]) : 16;
        if (text[i] != '\\') {
            bytes.push_back(u8(text[i]));
        } else if (high < 16) {
            bytes.push_back(u8(high * 16 + digits_hexadecimal.find(text[i + 2])));
            i += 2;
        } else {
            const char escape = text[++i];
            bytes.push_back(u8(escape == 'n' ? '\n' : escape == 't' ? '\t' : escape));
        }
    }
    return bytes;
}

}  // namespace

Result<ByteVector, std::string> to_candid(const std::string& text, const std::string& method) {
    const auto service = management::interface();
    auto bytes = candid::encode_arguments(text, method.empty() ? nullptr : service.get(),
                                          method.empty() ? nullptr : &method);
    if (!bytes)
        return std::unexpected("Candid: " + bytes.error().message + " in " + text.substr(0, 500));
    return *bytes;
}

std::string readable(const ByteVector& bytes, const std::string& method) {
    const auto service = management::interface();
    if (text_of(bytes).starts_with("DIDL"))
        if (auto text = candid::decode_reply(bytes, method.empty() ? nullptr : service.get(),
                                             method.empty() ? nullptr : &method, one_line))
            return *text;
    return std::string(text_of(bytes));
}

std::optional<Variable> field_of(const std::string& text, const std::string& name) {
    const size_t found = text.find(name + " = ");
    if (found == std::string::npos) return std::nullopt;
    std::string_view value = std::string_view(text).substr(found + name.size() + 3);
    if (value.starts_with("opt ")) value.remove_prefix(4);
    while (value.starts_with("(")) value.remove_prefix(1);
    if (value.starts_with("principal ")) {
        const ByteVector written = unquoted(value.substr(10));
        const auto principal = Principal::from_text(text_of(written));
        return principal ? std::optional(Variable::of(*principal)) : std::nullopt;
    }
    if (value.starts_with("blob ")) return Variable::of(unquoted(value.substr(5)));
    if (value.starts_with('"')) return Variable::of(unquoted(value));
    if (value.empty() || std::isdigit(u8(value[0])) == 0) return std::nullopt;
    u128 number = 0;
    for (const char character : value) {
        if (std::isdigit(u8(character)) != 0)
            number = number * 10 + u8(character - '0');
        else if (character != '_')
            break;
    }
    return Variable::of(number);
}

std::string escaped(Bytes bytes) {
    std::string text;
    for (const u8 byte : bytes) {
        const bool plain = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
        if (plain)
            text += char(byte);
        else
            (text += '\\') += {digits_hexadecimal[byte >> 4], digits_hexadecimal[byte & 15]};
    }
    return text;
}

}  // namespace icvm::replica::scenarios
