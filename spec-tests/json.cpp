#include "spec-tests/json.hpp"

#include <algorithm>
#include <charconv>

namespace icvm::spec_tests {
namespace {

constexpr int depth_max = 64;

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    bool parse_whole(Json& value) { return parse(value, 0) && (skip_space(), text_.empty()); }

private:
    void skip_space() {
        text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size()));
    }
    bool take(char wanted) {
        skip_space();
        if (text_.empty() || text_.front() != wanted) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool parse(Json& value, int depth) {
        if (depth > depth_max) return false;
        if (take('{')) return parse_object(value, depth);
        if (take('[')) return parse_array(value, depth);
        if (take('"')) return parse_string(value.text);
        const size_t size = std::min(text_.find_first_of(" \t\r\n,]}"), text_.size());
        value.text = text_.substr(0, size);
        text_.remove_prefix(size);
        return size != 0;
    }

    bool parse_object(Json& value, int depth) {
        if (take('}')) return true;
        do {
            if (!take('"') || !parse_string(value.names.emplace_back()) || !take(':') ||
                !parse(value.elements.emplace_back(), depth + 1))
                return false;
        } while (take(','));
        return take('}');
    }

    bool parse_array(Json& value, int depth) {
        if (take(']')) return true;
        do {
            if (!parse(value.elements.emplace_back(), depth + 1)) return false;
        } while (take(','));
        return take(']');
    }

    /// Behind the opening quote.
    bool parse_string(std::string& out) {
        while (!text_.empty()) {
            const char byte = text_.front();
            text_.remove_prefix(1);
            if (byte == '"') return true;
            if (byte != '\\') {
                out.push_back(byte);
            } else if (!parse_escape(out)) {
                return false;
            }
        }
        return false;
    }

    /// wast2json escapes single bytes as \u00xx, and nothing else.
    bool parse_escape(std::string& out) {
        unsigned byte = 0;
        if (text_.size() < 5 || text_.front() != 'u') return false;
        const char* const end = text_.data() + 5;
        const auto [stop, error] = std::from_chars(text_.data() + 1, end, byte, 16);
        if (stop != end || error != std::errc() || byte > 0xFF) return false;
        out.push_back(char(byte));
        text_.remove_prefix(5);
        return true;
    }

    std::string_view text_;
};

}  // namespace

const Json& Json::operator[](std::string_view name) const {
    static const Json none;
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? none : elements[size_t(found - names.begin())];
}

std::optional<Json> parse_json(std::string_view text) {
    Json value;
    if (!Parser(text).parse_whole(value)) return std::nullopt;
    return value;
}

}  // namespace icvm::spec_tests
