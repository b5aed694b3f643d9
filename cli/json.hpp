#pragma once

#include <string>
#include <string_view>

#include "vm/base/integers.hpp"

namespace icvm::cli {

/// `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

/// A JSON object that grows by members, in their order. Keys need no escape.
class JsonObject {
public:
    void add(std::string_view key, std::string_view value);
    void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
    void add(std::string_view key, bool value);
    void add(std::string_view key, u64 value);
    /// `json` is JSON already.
    void add_json(std::string_view key, std::string_view json);
    bool empty() const { return members_.empty(); }
    /// The members alone, without braces.
    const std::string& members() const { return members_; }
    std::string text() const { return "{" + members_ + "}"; }

private:
    std::string members_;
};

class JsonArray {
public:
    void add(std::string_view value) { add_json(json_string(value)); }
    void add_json(std::string_view json);
    std::string text() const { return "[" + elements_ + "]"; }

private:
    std::string elements_;
};

}  // namespace icvm::cli
