#include "cli/explanation.hpp"

#include <algorithm>
#include <charconv>

#include "cli/options.hpp"
#include "replica/replica.hpp"

namespace icvm::cli {
namespace {

using replica::ErrorCode;

std::vector<Explanation> all_rows() {
    std::vector<Explanation> rows{
#define REJECT(number, name, what, why, next) {#number, name, what, why, next},
#define EXPLANATION(name, what, why, next) {to_string(ErrorCode::name), #name, what, why, next},
#include "cli/explanations.def"
    };
    return rows;
}

/// Upper case, without the "IC" and the zeros in front.
std::string bare(std::string_view word) {
    std::string text(word);
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    if (text.starts_with("IC") && text.size() > 2 && text[2] >= '0' && text[2] <= '9')
        text.erase(0, 2);
    text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
    return text;
}

/// Nothing: it is no number.
std::optional<u32> number_of(std::string_view text) {
    u32 number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

const std::vector<Explanation>& explanations() {
    static const std::vector<Explanation> rows = all_rows();
    return rows;
}

const Explanation* find_explanation(std::string_view word) {
    const std::string wanted = bare(word);
    for (const Explanation& row : explanations())
        if (bare(row.code) == wanted || bare(row.name) == wanted) return &row;
    return nullptr;
}

std::string_view nearest_code(std::string_view word) {
    const std::string wanted = bare(word);
    const auto number = number_of(wanted);
    const auto distance = [&](const Explanation& row) {
        const u32 own = *number_of(bare(row.code));
        return own > *number ? own - *number : *number - own;
    };
    const auto& rows = explanations();
    if (number) return std::ranges::min_element(rows, {}, distance)->code;
    std::vector<std::string> names;
    for (const Explanation& row : rows) names.push_back(bare(row.name));
    const std::vector<std::string_view> views(names.begin(), names.end());
    if (const auto near = nearest(wanted, views)) {
        const auto found = std::ranges::find(views, *near) - views.begin();
        return rows[size_t(found)].code;
    }
    return {};
}

}  // namespace icvm::cli
