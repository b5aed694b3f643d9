#include "vm/text/parser.hpp"

#include <algorithm>

#include "vm/base/leb128.hpp"
#include "vm/text/encoding.hpp"
#include "vm/text/module_parser.hpp"

namespace icvm::vm {
namespace {

/// Turns byte offsets in the text into positions, in one walk over the text.
std::vector<ParsedModule::Origin> origins_of(std::string_view text, const MarkedBytes& encoded) {
    std::vector<u32> by_source(encoded.marks.size());
    for (u32 i = 0; i < by_source.size(); i++) by_source[i] = i;
    std::ranges::sort(by_source, {}, [&](u32 i) { return encoded.marks[i].source; });

    std::vector<ParsedModule::Origin> origins(by_source.size());
    PositionCursor cursor(text);
    for (const u32 i : by_source)
        origins[i] = {encoded.marks[i].offset, cursor.at(encoded.marks[i].source)};
    return origins;
}

}  // namespace

Result<ParsedModule, TextError> parse_module(std::string_view text) {
    return ModuleParser(text).parse();
}

Result<ParsedModule, TextError> ModuleParser::parse() {
    TRY(scan());
    TRY(types());
    TRY(fields());
    return finish();
}

ParsedModule ModuleParser::finish() {
    if (uses_data_index_)
        write_unsigned_leb128(encoder_.begin_entry(SectionPlace::data_count, fields_begin_).bytes,
                              names_[size_t(Space::data)].size());
    add_branch_hints();
    add_name_section();
    add_custom_sections();
    MarkedBytes encoded = encoder_.finish();
    ParsedModule module{.bytes = {}, .origins = origins_of(tokens_.text(), encoded)};
    module.bytes = std::move(encoded.bytes);
    if (!encoding_.empty()) apply_encoding(module, encoding_);
    return module;
}

Position position_of(const ParsedModule& module, u32 offset) {
    const auto after =
        std::ranges::upper_bound(module.origins, offset, {}, &ParsedModule::Origin::offset);
    if (after == module.origins.begin())
        return module.origins.empty() ? Position{} : module.origins.front().position;
    return std::prev(after)->position;
}

}  // namespace icvm::vm
