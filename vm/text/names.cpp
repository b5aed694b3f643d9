#include "vm/text/names.hpp"

#include "vm/text/spelling.hpp"

namespace icvm::vm {

std::optional<u32> IndexSpace::find(std::string_view name) const {
    const auto found = indices_.find(name);
    if (found == indices_.end()) return std::nullopt;
    return found->second;
}

std::string_view IndexSpace::find_similar(std::string_view name) const {
    Spelling spelling(name);
    for (const auto& [candidate, index] : indices_) spelling.consider(candidate);
    return spelling.nearest();
}

void LabelStack::push(std::string_view name) {
    u32 hidden = 0;
    if (!name.empty()) {
        const auto [place, added] = positions_.try_emplace(std::string(name), 0);
        hidden = place->second;
        place->second = size() + 1;
    }
    labels_.push_back({std::string(name), hidden});
}

void LabelStack::pop() {
    const Label& label = labels_.back();
    if (!label.name.empty()) {
        const auto place = positions_.find(label.name);
        if (label.hidden == 0)
            positions_.erase(place);
        else
            place->second = label.hidden;
    }
    labels_.pop_back();
}

std::optional<u32> LabelStack::find(std::string_view name) const {
    const auto found = positions_.find(name);
    if (found == positions_.end()) return std::nullopt;
    return size() - found->second;
}

}  // namespace icvm::vm
