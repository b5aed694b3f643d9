#include "vm/text/encoding_difference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vm/binary/decoder.hpp"
#include "vm/binary/instruction_reader.hpp"

namespace icvm::vm {
namespace {

constexpr u32 header_bytes = 8;
constexpr u8 custom_section = 0;
constexpr u8 code_section = 10;

struct Section {
    u8 id = 0;
    u32 start = 0;
    u32 content = 0;
    u32 end = 0;
};

/// Of a module that is known to be well-formed.
std::vector<Section> sections_of(Bytes module) {
    std::vector<Section> sections;
    ByteReader reader(module, {0, u32(module.size())});
    reader.skip(header_bytes);
    while (!reader.at_end()) {
        Section section{.start = reader.offset()};
        section.id = reader.read_byte().value_or(custom_section);
        const u32 size = reader.read_u32().value_or(0);
        section.content = reader.offset();
        section.end = section.content + std::min(size, u32(reader.remaining()));
        reader.skip(section.end - section.content);
        sections.push_back(section);
    }
    return sections;
}

bool is_name_section(Bytes module, const Section& section) {
    ByteReader reader(module, {section.content, section.end - section.content});
    return section.id == custom_section && reader.read_name().value_or("") == "name";
}

/// Index of the first section of those at the end that are all custom.
size_t first_trailing_custom(const std::vector<Section>& sections) {
    size_t first = sections.size();
    while (first > 0 && sections[first - 1].id == custom_section) first--;
    return first;
}

/// Index of the name section among all; nothing when it does not stand behind all others.
std::optional<size_t> find_name_section(Bytes module, const std::vector<Section>& sections) {
    for (size_t i = first_trailing_custom(sections); i < sections.size(); i++)
        if (is_name_section(module, sections[i])) return i;
    return std::nullopt;
}

/// Where functions and their instructions begin: of two encodings of one module these belong
/// together, one by one.
std::vector<u32> marks_of(const Module& module, const Section& section) {
    std::vector<u32> marks;
    if (section.id != code_section) return marks;
    for (const Function& function : module.functions) {
        const u32 end = function.body.offset + function.body.size;
        ByteReader locals(module.bytes, function.body);
        const u32 groups = locals.read_u32().value_or(0);
        marks.push_back(function.body.offset);
        for (u32 i = 0; i < groups; i++) {
            (void)locals.read_u32();
            (void)locals.read_value_type();
        }
        InstructionReader reader(module, {locals.offset(), end - locals.offset()});
        Instruction instruction{};
        do marks.push_back(reader.offset());
        while (!reader.at_end() && reader.next(instruction));
    }
    return marks;
}

/// Writes edits, each with what is kept before it.
class EditWriter {
public:
    void keep(u32 size) {
        flush();
        kept_ += size;
    }
    void grow(u32 by, bool with_ones) {
        flush();
        edits.push_back(fmt::format("{}{}{}", kept_, with_ones ? 'o' : 'z', by));
        kept_ = 0;
    }
    /// Replacements beside each other are one.
    void replace(u32 size, Bytes bytes) {
        replaced_ += size;
        for (const u8 byte : bytes) replacement_ += fmt::format("{:02x}", byte);
    }
    void flush() {
        if (replaced_ == 0 && replacement_.empty()) return;
        edits.push_back(fmt::format("{}-{}+{}", kept_, replaced_, replacement_));
        kept_ = replaced_ = 0;
        replacement_.clear();
    }

    std::vector<std::string> edits;

private:
    u32 kept_ = 0;
    u32 replaced_ = 0;
    std::string replacement_;
};

/// By how many bytes the LEB128 number that ends at the front of `from` is longer in `to`.
u32 growth_of(Bytes from, Bytes to, u8 middle, u8 last) {
    constexpr size_t growth_max = 9;
    if (from.empty() || to.empty() || from[0] >= 0x80 || to[0] != (from[0] | 0x80)) return 0;
    size_t by = 1;
    while (by < to.size() && by < growth_max && to[by] == middle) by++;
    return by < to.size() && to[by] == last ? u32(by) : 0;
}

/// Whether both go on alike for a while.
bool meet(Bytes from, Bytes to) {
    constexpr size_t alike = 4;
    if (from.size() < alike || to.size() < alike) return std::ranges::equal(from, to);
    return std::ranges::equal(from.first(alike), to.first(alike));
}

/// Appends the edits that make `to` of `from`: time linear in their size.
void compare(Bytes from, Bytes to, EditWriter& edits) {
    constexpr size_t window = 48;
    while (!from.empty() || !to.empty()) {
        if (!from.empty() && !to.empty() && from[0] == to[0]) {
            const size_t same = size_t(std::ranges::mismatch(from, to).in1 - from.begin());
            edits.keep(u32(same));
            from = from.subspan(same);
            to = to.subspan(same);
            continue;
        }
        const u32 zeros = growth_of(from, to, 0x80, 0x00);
        const u32 ones = growth_of(from, to, 0xFF, 0x7F);
        if (zeros != 0 || ones != 0) {
            edits.grow(zeros + ones, ones != 0);
            from = from.subspan(1);
            to = to.subspan(1 + zeros + ones);
            continue;
        }
        size_t drop = from.size(), take = to.size();
        for (size_t sum = 1; sum < window && drop + take == from.size() + to.size(); sum++)
            for (size_t i = 0; i <= sum; i++) {
                if (i > from.size() || sum - i > to.size()) continue;
                if (!meet(from.subspan(i), to.subspan(sum - i))) continue;
                drop = i;
                take = sum - i;
                break;
            }
        edits.replace(u32(drop), to.first(take));
        from = from.subspan(drop);
        to = to.subspan(take);
    }
}

/// Sections of the same id, one of each module.
class SectionComparison {
public:
    SectionComparison(const Module& from, const Module& to, EditWriter& edits)
        : from_(from), to_(to), edits_(edits) {}

    void compare_sections(const Section& from, const Section& to) {
        edits_.keep(1);
        compare(content(from_, from.start + 1, from.content),
                content(to_, to.start + 1, to.content), edits_);
        std::vector<u32> from_marks = marks_of(from_, from);
        std::vector<u32> to_marks = marks_of(to_, to);
        if (from_marks.size() != to_marks.size()) {
            from_marks.clear();
            to_marks.clear();
        }
        from_marks.push_back(from.end);
        to_marks.push_back(to.end);
        u32 from_start = from.content, to_start = to.content;
        for (size_t i = 0; i < from_marks.size(); i++) {
            compare(content(from_, from_start, from_marks[i]), content(to_, to_start, to_marks[i]),
                    edits_);
            from_start = from_marks[i];
            to_start = to_marks[i];
        }
    }

private:
    static Bytes content(const Module& module, u32 start, u32 end) {
        return module.content({start, end - start});
    }

    const Module& from_;
    const Module& to_;
    EditWriter& edits_;
};

}  // namespace

std::vector<std::string> differences(Bytes from, Bytes to) {
    EditWriter edits;
    const auto before = decode_module({from.begin(), from.end()});
    const auto after = decode_module({to.begin(), to.end()});
    if (!before || !after || std::ranges::equal(from, to)) return {};
    SectionComparison comparison(*before, *after, edits);
    const std::vector<Section> olds = sections_of(from), news = sections_of(to);
    edits.keep(header_bytes);
    for (size_t i = 0, k = 0; i < olds.size() || k < news.size();) {
        const bool pair = i < olds.size() && k < news.size() && olds[i].id == news[k].id;
        const bool added = !pair && news.size() - k > olds.size() - i;
        if (pair)
            comparison.compare_sections(olds[i++], news[k++]);
        else if (added || i == olds.size()) {
            const Section& section = news[k++];
            edits.replace(0, to.subspan(section.start, section.end - section.start));
        } else {
            edits.replace(olds[i].end - olds[i].start, {});
            i++;
        }
    }
    edits.flush();
    return std::move(edits.edits);
}

std::optional<u32> name_section_place(Bytes module) {
    const std::vector<Section> sections = sections_of(module);
    const auto found = find_name_section(module, sections);
    if (!found) return std::nullopt;
    return u32(*found - first_trailing_custom(sections));
}

void move_name_section(ParsedModule& module, u32 place) {
    const std::vector<Section> sections = sections_of(module.bytes);
    const auto found = find_name_section(module.bytes, sections);
    const size_t target = first_trailing_custom(sections) + place;
    if (!found || target >= sections.size() || *found == target) return;
    const Section& name = sections[*found];
    const u32 size = name.end - name.start;
    const auto begin = module.bytes.begin();
    u32 moved_start = sections[target].start, moved_end = name.start, by = size;
    if (target > *found) {
        moved_start = name.end;
        moved_end = sections[target].end;
        by = u32(0) - size;
        std::rotate(begin + name.start, begin + name.end, begin + moved_end);
    } else {
        std::rotate(begin + moved_start, begin + name.start, begin + name.end);
    }
    for (ParsedModule::Origin& origin : module.origins)
        if (origin.offset >= moved_start && origin.offset < moved_end) origin.offset += by;
}

}  // namespace icvm::vm
