#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// An index space of the text (Wasm 6.3.5, 6.6.1): who has no identifier is counted. A tree, not a
/// hash table: whoever writes the text chooses the names.
class IndexSpace {
public:
    u32 size() const { return size_; }
    /// Gives the next index to nobody, or to `name`; false: it has one already.
    bool add() { return ++size_, true; }
    bool add(std::string_view name) { return indices_.emplace(name, size_++).second; }
    void add_unnamed(u32 count) { size_ += count; }
    std::optional<u32> find(std::string_view name) const;
    /// A name that is spelled nearly so; empty: there is none.
    std::string_view find_similar(std::string_view name) const;

private:
    u32 size_ = 0;
    std::map<std::string, u32, std::less<>> indices_;
};

/// The labels that are open, the innermost last; an inner one hides an outer one of its name.
class LabelStack {
public:
    void push(std::string_view name);
    void pop();
    u32 size() const { return u32(labels_.size()); }
    /// Whether the innermost label has that name.
    bool innermost_is(std::string_view name) const { return labels_.back().name == name; }
    /// How many labels lie within the innermost one of that name.
    std::optional<u32> find(std::string_view name) const;

private:
    struct Label {
        std::string name;  ///< empty: none
        u32 hidden;        ///< the position plus one of the label that this one hides; 0: none
    };
    std::deque<Label> labels_;
    std::map<std::string, u32, std::less<>> positions_;  ///< plus one
};

}  // namespace icvm::vm
