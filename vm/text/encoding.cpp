#include "vm/text/encoding.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "vm/binary/decoder.hpp"
#include "vm/text/encoding_difference.hpp"
#include "vm/text/printer_module.hpp"

namespace icvm::vm {
namespace {

constexpr u32 growth_max = 9;  // a LEB128 number has at most ten bytes

/// Reads an annotation and makes the bytes that it describes.
class EncodingReader {
public:
    EncodingReader(std::string_view annotation, const ByteVector& canonical)
        : rest_(annotation), in_(canonical) {}

    /// The edits are applied; nothing when one does not fit.
    bool apply() {
        for (skip_space(); !rest_.empty(); skip_space())
            if (!apply_edit()) return false;
        keep(u32(in_.size() - at_));
        return true;
    }

    ByteVector out;
    struct Shift {
        u32 offset;  ///< from here on in the canonical bytes …
        i64 by;      ///< … offsets move by that
    };
    std::vector<Shift> shifts;

private:
    void skip_space() {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) rest_.remove_prefix(1);
    }
    bool take(char character) {
        if (rest_.empty() || rest_[0] != character) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::optional<u32> number() {
        u32 value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc()) return std::nullopt;
        rest_.remove_prefix(size_t(end - rest_.data()));
        return value;
    }
    void keep(u32 size) {
        out.insert(out.end(), in_.begin() + at_, in_.begin() + at_ + size);
        at_ += size;
    }

    bool apply_edit() {
        const auto kept = number();
        if (!kept || *kept > in_.size() - at_) return false;
        keep(*kept);
        const bool applied = take('z')   ? grow(0x80, 0x00)
                             : take('o') ? grow(0xFF, 0x7F)
                             : take('-') ? replace()
                                         : false;
        shifts.push_back({at_, i64(out.size()) - i64(at_)});
        return applied;
    }

    bool grow(u8 middle, u8 last) {
        const auto by = number();
        if (!by || *by == 0 || *by > growth_max || at_ == in_.size()) return false;
        out.push_back(in_[at_++] | 0x80);
        out.insert(out.end(), *by - 1, middle);
        out.push_back(last);
        return true;
    }

    bool replace() {
        const auto size = number();
        if (!size || *size > in_.size() - at_ || !take('+')) return false;
        at_ += *size;
        while (rest_.size() >= 2) {
            u8 byte = 0;
            const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 2, byte, 16);
            if (error != std::errc() || end != rest_.data() + 2) break;
            out.push_back(byte);
            rest_.remove_prefix(2);
        }
        return rest_.empty() || rest_[0] == ' ' || rest_[0] == '\n';
    }

    std::string_view rest_;
    const ByteVector& in_;
    u32 at_ = 0;
};

/// Takes "name@2" from the front.
std::optional<u32> take_name_place(std::string_view& annotation) {
    constexpr std::string_view word = "name@";
    const size_t start = annotation.find_first_not_of(" \n");
    if (start == std::string_view::npos || !annotation.substr(start).starts_with(word))
        return std::nullopt;
    annotation.remove_prefix(start + word.size());
    u32 place = 0;
    const auto [end, error] =
        std::from_chars(annotation.data(), annotation.data() + annotation.size(), place);
    annotation.remove_prefix(size_t(end - annotation.data()));
    return place;
}

/// All that a module means, as text; nothing if it is malformed.
std::optional<std::string> meaning_of(const ByteVector& bytes) {
    const auto module = decode_module(bytes);
    if (!module) return std::nullopt;
    auto text = ModulePrinter(*module).print(ModulePrinter::Customs::all_without_places);
    return text ? std::optional(std::move(*text)) : std::nullopt;
}

void move_origins(ParsedModule& module, const std::vector<EncodingReader::Shift>& shifts) {
    size_t passed = 0;
    for (ParsedModule::Origin& origin : module.origins) {
        while (passed < shifts.size() && shifts[passed].offset <= origin.offset) passed++;
        if (passed != 0) origin.offset = u32(origin.offset + shifts[passed - 1].by);
    }
}

}  // namespace

void apply_encoding(ParsedModule& module, std::string_view annotation) {
    ParsedModule changed = module;
    if (const auto place = take_name_place(annotation)) move_name_section(changed, *place);
    EncodingReader reader(annotation, changed.bytes);
    if (!reader.apply()) return;
    const auto meaning = meaning_of(reader.out);
    if (!meaning || meaning != meaning_of(changed.bytes)) return;
    move_origins(changed, reader.shifts);
    changed.bytes = std::move(reader.out);
    module = std::move(changed);
}

std::string describe_encoding(Bytes canonical, Bytes original) {
    ParsedModule moved{{canonical.begin(), canonical.end()}, {}};
    std::string annotation;
    const auto wanted = name_section_place(original);
    if (wanted && name_section_place(canonical) != wanted) {
        move_name_section(moved, *wanted);
        annotation = "name@" + std::to_string(*wanted);
    }
    for (const std::string& edit : differences(moved.bytes, original))
        annotation += (annotation.empty() ? "" : " ") + edit;
    return annotation;
}

}  // namespace icvm::vm
