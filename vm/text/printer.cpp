#include "vm/text/printer.hpp"

#include <algorithm>

#include "vm/binary/decoder.hpp"
#include "vm/text/encoding.hpp"
#include "vm/text/parser.hpp"
#include "vm/text/printer_module.hpp"

namespace icvm::vm {
namespace {

constexpr std::string_view closing = ")\n";
/// Of an annotation on one line.
constexpr size_t annotation_columns = 88;

Result<std::string, Malformed> print(const Module& module, ModulePrinter::Customs customs) {
    auto text = ModulePrinter(module).print(customs);
    if (!text) return std::unexpected(to_malformed(text.error()));
    return std::move(*text) + std::string(closing);
}

/// Whether the name section that the identifiers made is the only one of `module`, or none is in
/// both.
bool has_names_of(const ParsedModule& parsed, const Module& module) {
    const auto decoded = decode_module(parsed.bytes);
    if (!decoded) return false;
    const CustomSection* made = decoded->find_custom_section("name");
    const CustomSection* given = module.find_custom_section("name");
    if (made == nullptr || given == nullptr) return made == given;
    const auto sections = std::ranges::count(module.custom_sections, "name", &CustomSection::name);
    const u32 last = *std::ranges::max_element(module.section_offsets);
    return sections == 1 && given->content.offset > last &&
           std::ranges::equal(decoded->content(made->content), module.content(given->content));
}

/// Adds the last field.
void append_annotation(std::string& text, std::string_view annotation) {
    text.resize(text.size() - closing.size());
    text += "\n  (@encoding";
    while (!annotation.empty()) {
        size_t size = annotation.size();
        if (size > annotation_columns) size = annotation.find(' ', annotation_columns);
        if (size < annotation.size()) size++;
        text += "\n    \"";
        text += annotation.substr(0, size);
        text += '"';
        annotation.remove_prefix(std::min(size, annotation.size()));
    }
    text += ")";
    text += closing;
}

}  // namespace

Result<std::string, Malformed> print_module(Bytes bytes) {
    const Module module = TRY(decode_module(ByteVector(bytes.begin(), bytes.end())));
    std::string text = TRY(print(module, ModulePrinter::Customs::without_names));
    auto parsed = parse_module(text);
    if (!parsed || !has_names_of(*parsed, module)) {
        text = TRY(print(module, ModulePrinter::Customs::all));
        parsed = parse_module(text);
    }
    if (!parsed) return text;
    const std::string annotation = describe_encoding(parsed->bytes, bytes);
    if (!annotation.empty()) append_annotation(text, annotation);
    return text;
}

}  // namespace icvm::vm
