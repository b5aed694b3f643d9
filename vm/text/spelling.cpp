#include "vm/text/spelling.hpp"

#include <algorithm>
#include <vector>

namespace icvm::vm {
namespace {

/// Longer words are near to none: the distance takes quadratic time.
constexpr size_t word_bytes_max = 40;

/// The parts of a name in order of the alphabet: get_local and local.get have the same.
std::string sorted_parts(std::string_view name) {
    std::vector<std::string_view> parts;
    while (!name.empty()) {
        const size_t size = std::min(name.find_first_of("._/:"), name.size());
        parts.push_back(name.substr(0, size));
        name.remove_prefix(std::min(size + 1, name.size()));
    }
    std::ranges::sort(parts);
    std::string result;
    for (const std::string_view part : parts) (result += part) += '.';
    return result;
}

/// How many characters must be inserted, removed, replaced, or swapped with their neighbour.
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1), above(row.size()), above_that(row.size());
    for (size_t j = 0; j <= b.size(); j++) row[j] = j;
    for (size_t i = 1; i <= a.size(); i++) {
        above_that.swap(above);
        above.swap(row);
        row[0] = i;
        for (size_t j = 1; j <= b.size(); j++) {
            const size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
            row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], above_that[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}  // namespace

Spelling::Spelling(std::string_view word)
    : word_(word),
      parts_(word.size() <= word_bytes_max ? sorted_parts(word) : ""),
      distance_(word.size() <= word_bytes_max ? std::min<size_t>(3, word.size() / 3 + 1) : 0) {}

void Spelling::consider(std::string_view candidate) {
    if (distance_ == 0 || candidate.size() > word_bytes_max) return;
    const size_t far = sorted_parts(candidate) == parts_ ? 0 : distance(word_, candidate);
    if (far >= distance_) return;
    distance_ = far;
    nearest_ = candidate;
}

}  // namespace icvm::vm
