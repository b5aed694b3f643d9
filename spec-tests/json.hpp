#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace icvm::spec_tests {

/// A JSON value (RFC 8259), as far as wast2json writes it. Numbers and words stay text.
struct Json {
    std::string text;                ///< string, number or word
    std::vector<Json> elements;      ///< array, or the values of an object
    std::vector<std::string> names;  ///< object: of its elements

    /// The member of that name; an empty value when there is none.
    const Json& operator[](std::string_view name) const;
};

/// Nothing: the text is no JSON.
std::optional<Json> parse_json(std::string_view text);

}  // namespace icvm::spec_tests
