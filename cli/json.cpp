#include "cli/json.hpp"

#include <fmt/format.h>

#include "cli/utf8.hpp"

namespace icvm::cli {
namespace {

void append_escaped(std::string& out, char character) {
    switch (character) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (u8(character) < 0x20 || character == 0x7F)
                out += fmt::format("\\u{:04x}", u8(character));
            else
                out += character;
    }
}

}  // namespace

std::string json_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const size_t length = utf8_length(text);
        if (length == 0)
            out += "\\ufffd";
        else if (length == 1)
            append_escaped(out, text[0]);
        else
            out += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out += '"';
}

void JsonObject::add(std::string_view key, std::string_view value) {
    add_json(key, json_string(value));
}
void JsonObject::add(std::string_view key, bool value) { add_json(key, value ? "true" : "false"); }
void JsonObject::add(std::string_view key, u64 value) { add_json(key, std::to_string(value)); }

void JsonObject::add_json(std::string_view key, std::string_view json) {
    if (!members_.empty()) members_ += ',';
    members_ += json_string(key);
    members_ += ':';
    members_ += json;
}

void JsonArray::add_json(std::string_view json) {
    if (!elements_.empty()) elements_ += ',';
    elements_ += json;
}

}  // namespace icvm::cli
