#include "vm/load_error.hpp"

#include <algorithm>
#include <cstdio>

#include "vm/binary/byte_reader.hpp"

namespace icvm::vm {

namespace {

constexpr const char* section_names[] = {"custom", "type",   "import",     "function", "table",
                                         "memory", "global", "export",     "start",    "element",
                                         "code",   "data",   "data count", "tag"};

/// More of a name is not shown.
constexpr size_t name_bytes_shown_max = 200;

std::string in_hex(u32 value) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", value);
    return text;
}

/// In quotes, on one line, as the text format writes strings.
std::string quoted(std::string_view name) {
    std::string text = "\"";
    for (const char c : name.substr(0, name_bytes_shown_max)) {
        const bool control = u8(c) < 0x20 || u8(c) == 0x7F;
        char escaped[4];
        std::snprintf(escaped, sizeof escaped, "\\%02x", u8(c));
        if (control || c == '"' || c == '\\')
            text += escaped;
        else
            text += c;
    }
    return text + (name.size() > name_bytes_shown_max ? "…\"" : "\"");
}

std::string name_of_function(const Module& module, u32 function) {
    if (function < module.function_names.size() && !module.function_names[function].empty())
        return std::string(module.function_names[function]);
    for (const Export& found : module.exports)
        if (found.kind == ExternKind::function && found.index == function) return found.name;
    return {};
}

}  // namespace

SectionList::SectionList(Bytes bytes) {
    constexpr u32 header_bytes = 8;
    if (bytes.size() > 0xFFFF'FFFF || bytes.size() < header_bytes) return;
    ByteReader reader(bytes, {0, u32(bytes.size())});
    reader.skip(header_bytes);
    while (!reader.at_end()) {
        const u64 begin = reader.offset();
        const auto id = reader.read_byte();
        const auto size = reader.read_u32();
        if (!id || *id >= std::size(section_names)) return;
        const u64 end = reader.offset() + (size ? u64(*size) : bytes.size());
        sections_.push_back({*id, begin, end});
        if (end > bytes.size()) return;
        reader.skip(u32(end - reader.offset()));
    }
}

std::string SectionList::name_at(u32 offset) const {
    const auto behind = std::ranges::upper_bound(sections_, offset, {}, &Section::begin);
    if (behind == sections_.begin()) return {};
    const Section& section = *std::prev(behind);
    return offset < section.end ? section_names[section.id] : "";
}

ErrorPlace place_in(const Module& module, u32 offset, std::optional<u32> function) {
    ErrorPlace place{.section = SectionList(module.bytes).name_at(offset), .function = function};
    if (function) place.function_name = name_of_function(module, *function);
    return place;
}

LoadError located(Invalid invalid, const Module& module) {
    LoadError error = std::move(invalid);
    error.place = place_in(module, error.offset(), std::get<Invalid>(error).function);
    return error;
}

u32 LoadError::offset() const {
    const auto* malformed = std::get_if<Malformed>(this);
    return malformed ? malformed->offset : std::get<Invalid>(*this).offset;
}

const std::string& LoadError::reason() const {
    const auto* malformed = std::get_if<Malformed>(this);
    return malformed ? malformed->reason : std::get<Invalid>(*this).reason;
}

std::string to_string(const LoadError& error) {
    const ErrorPlace& place = error.place;
    std::string text = error.reason() + " (";
    if (place.function) {
        text += "in function " + std::to_string(*place.function);
        if (!place.function_name.empty()) text += " " + quoted(place.function_name);
        text += ", ";
    } else if (!place.section.empty()) {
        text += "in the " + place.section + " section, ";
    }
    return text + "at offset " + in_hex(error.offset()) + ")";
}

}  // namespace icvm::vm
