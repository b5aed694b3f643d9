#include "vm/text/printer_names.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "vm/text/quotation.hpp"

namespace icvm::vm {
namespace {

/// An identifier stands wherever its thing is used: longer names stand at the definition alone.
constexpr size_t identifier_bytes_max = 256;

std::string id_of(std::string_view name) {
    if (is_plain_identifier(name)) return "$" + std::string(name);
    std::string id = "$";
    append_quoted_name(id, name);
    return id;
}

}  // namespace

PrintedNames::PrintedNames(const Module& module) {
    const CustomSection* section = module.find_custom_section("name");
    if (section == nullptr) return;
    // What was read before an error stays: the printer looks whether the names are exact.
    (void)read(ByteReader(module.bytes, section->content), module);
    for (auto& entries : entries_) make_ids(entries);
}

/// Things that are not there have no identifier: it would be defined nowhere. (Of locals and labels
/// the printer knows which there are.)
bool PrintedNames::exists(const Module& module, NameSpace space, u32 index, u32 outer) {
    switch (space) {
        case NameSpace::module: return index == 0;
        case NameSpace::function: return index < module.function_types.size();
        case NameSpace::local:
        case NameSpace::label: return outer < module.function_types.size();
        case NameSpace::type: return index < module.types.size();
        case NameSpace::table: return index < module.table_types.size();
        case NameSpace::memory: return index < module.memory_types.size();
        case NameSpace::global: return index < module.global_types.size();
        case NameSpace::element: return index < module.elements.size();
        case NameSpace::data: return index < module.data.size();
        case NameSpace::field:
            return outer < module.types.size() && index < module.types[outer].fields.size();
        case NameSpace::tag: return index < module.tag_types.size();
    }
    return false;
}

Result<void, ReadError> PrintedNames::read(ByteReader section, const Module& module) {
    while (!section.at_end()) {
        const u8 id = TRY(section.read_byte());
        const u32 size = TRY(section.read_u32());
        ByteReader subsection(module.bytes, TRY(section.read_range(size)));
        if (id < spaces) TRY(read_subsection(NameSpace(id), subsection, module));
    }
    return {};
}

Result<void, ReadError> PrintedNames::read_subsection(NameSpace space, ByteReader& reader,
                                                      const Module& module) {
    if (space == NameSpace::module) {
        entries_[0].push_back({0, 0, TRY(reader.read_name())});
        return {};
    }
    const bool is_indirect =
        space == NameSpace::local || space == NameSpace::label || space == NameSpace::field;
    if (!is_indirect) return read_map(space, 0, reader, module);
    const u32 count = TRY(reader.read_count(~u32(0)));
    for (u32 i = 0; i < count; i++) {
        const u32 outer = TRY(reader.read_u32());
        TRY(read_map(space, outer, reader, module));
    }
    return {};
}

Result<void, ReadError> PrintedNames::read_map(NameSpace space, u32 outer, ByteReader& reader,
                                               const Module& module) {
    const u32 count = TRY(reader.read_count(~u32(0)));
    for (u32 i = 0; i < count; i++) {
        const u32 index = TRY(reader.read_u32());
        const std::string_view name = TRY(reader.read_name());
        if (exists(module, space, index, outer))
            entries_[size_t(space)].push_back({outer, index, name});
    }
    return {};
}

/// A name that was there before gets a number behind it. The counter of each name goes on from
/// where it was: the time is linear in the number of names.
void PrintedNames::make_ids(std::vector<Entry>& entries) {
    std::ranges::sort(entries, {}, [](const Entry& entry) {
        return std::tuple(entry.outer, entry.index, entry.name.data());
    });
    std::unordered_map<std::string, u32> used;
    for (size_t i = 0; i < entries.size(); i++) {
        Entry& entry = entries[i];
        if (i == 0 || entries[i - 1].outer != entry.outer) used.clear();
        if (entry.name.empty() || entry.name.size() > identifier_bytes_max) continue;
        std::string name(entry.name);
        entry.id_says_name = used.try_emplace(name, 0).second;
        while (!entry.id_says_name) {
            std::string other = name + "." + std::to_string(++used[name]);
            if (!used.try_emplace(other, 0).second) continue;
            name = std::move(other);
            break;
        }
        entry.id = id_of(name);
    }
}

const PrintedNames::Entry* PrintedNames::find(NameSpace space, u32 index, u32 outer) const {
    const auto& entries = entries_[size_t(space)];
    const auto found = std::ranges::lower_bound(
        entries, std::pair(outer, index), {},
        [](const Entry& entry) { return std::pair(entry.outer, entry.index); });
    if (found == entries.end() || found->outer != outer || found->index != index) return nullptr;
    return &*found;
}

std::string_view PrintedNames::id(NameSpace space, u32 index, u32 outer) const {
    const Entry* entry = find(space, index, outer);
    return entry == nullptr ? std::string_view() : entry->id;
}

std::string PrintedNames::definition(NameSpace space, u32 index, u32 outer) const {
    const Entry* entry = find(space, index, outer);
    if (entry == nullptr) return {};
    std::string text = entry->id.empty() ? "" : " " + entry->id;
    if (entry->id_says_name) return text;
    text += " (@name ";
    append_quoted_name(text, entry->name);
    return text + ")";
}

bool PrintedNames::has_names(NameSpace space, u32 outer) const {
    const auto& entries = entries_[size_t(space)];
    const auto found = std::ranges::lower_bound(entries, outer, {}, &Entry::outer);
    return found != entries.end() && found->outer == outer;
}

}  // namespace icvm::vm
