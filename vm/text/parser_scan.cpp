#include "vm/text/module_parser.hpp"

namespace icvm::vm {
namespace {

struct Definition {
    std::string_view word;
    Space space;
};

/// What can be imported, and defined.
constexpr Definition definitions[] = {{"func", Space::function},
                                      {"table", Space::table},
                                      {"memory", Space::memory},
                                      {"tag", Space::tag},
                                      {"global", Space::global}};

const Definition* find_definition(std::string_view word) {
    for (const Definition& definition : definitions)
        if (definition.word == word) return &definition;
    return nullptr;
}

}  // namespace

/// `(module $id`, if there is one.
Result<void, TextError> ModuleParser::module_head() {
    is_enclosed_ = tokens_.is_left("module");
    if (!is_enclosed_) return {};
    TRY(tokens_.next());
    TRY(tokens_.next());
    if (tokens_.is_word("definition")) TRY(tokens_.next());
    if (tokens_.is(TokenKind::identifier)) module_name_ = identifier_name(TRY(tokens_.next()).text);
    return {};
}

/// Syntax errors are left to the walk that reads everything: where a parenthesis is missing, it
/// knows better than this one, which finds the end of the text.
Result<void, TextError> ModuleParser::scan() {
    TRY(tokens_.start(0, Annotations::dropped));
    TRY(module_head());
    fields_begin_ = tokens_.peek().offset;
    while (tokens_.is(TokenKind::left)) TRY(scan_field());
    return {};
}

Result<void, TextError> ModuleParser::scan_field() {
    const Token left = TRY(tokens_.next());
    const std::string_view word = tokens_.peek().text;
    if (word == "type" || word == "rec") {
        type_fields_.push_back(left.offset);
        return scan_types();
    }
    if (tokens_.is(TokenKind::keyword)) TRY(tokens_.next());
    if (word == "import") return scan_import();
    if (word == "elem") return scan_segment(Space::element);
    if (word == "data") return scan_segment(Space::data);
    if (const Definition* found = find_definition(word)) return scan_definition(found->space);
    return tokens_.skip_to_right();
}

/// At `type`, or at `rec` and the types behind it.
Result<void, TextError> ModuleParser::scan_types() {
    const bool is_group = tokens_.is_word("rec");
    TRY(tokens_.next());
    if (!is_group) return scan_type();
    while (TRY(tokens_.accept_left("type"))) TRY(scan_type());
    return tokens_.skip_to_right();
}

Result<void, TextError> ModuleParser::scan_type() {
    TRY(declare(Space::type));
    return tokens_.skip_to_right();
}

Result<void, TextError> ModuleParser::check_import_order(u32 offset) {
    if (first_definition_.empty()) return {};
    return tokens_.error(offset, "import after " + std::string(first_definition_));
}

Result<void, TextError> ModuleParser::scan_import() {
    TRY(check_import_order(tokens_.peek().offset));
    for (int i = 0; i < 2; i++)
        if (tokens_.is(TokenKind::string)) TRY(tokens_.next());
    if (!tokens_.is(TokenKind::left)) return tokens_.skip_to_right();
    const Definition* found = find_definition(tokens_.peek_second().text);
    if (found == nullptr) return tokens_.skip_to_right();
    TRY(tokens_.next());
    TRY(tokens_.next());
    TRY(declare(found->space));
    TRY(tokens_.skip_to_right());
    return tokens_.skip_to_right();
}

Result<void, TextError> ModuleParser::scan_definition(Space space) {
    TRY(declare(space));
    while (TRY(tokens_.accept_left("export"))) TRY(tokens_.skip_to_right());
    if (tokens_.is_left("import")) {
        TRY(check_import_order(tokens_.peek().offset));
        return tokens_.skip_to_right();
    }
    constexpr std::string_view words[spaces] = {"type", "function", "table", "memory",
                                                "tag",  "global",   "",      ""};
    if (first_definition_.empty()) first_definition_ = words[size_t(space)];
    if (space == Space::table) return scan_inline_segment(Space::element);
    if (space == Space::memory) return scan_inline_segment(Space::data);
    return tokens_.skip_to_right();
}

/// A table or memory may have a segment within, which takes an index.
Result<void, TextError> ModuleParser::scan_inline_segment(Space space) {
    const std::string_view word = space == Space::element ? "elem" : "data";
    while (!tokens_.is(TokenKind::right) && !tokens_.is(TokenKind::end)) {
        if (tokens_.is_left(word)) names_[size_t(space)].add();
        if (TRY(tokens_.next()).kind == TokenKind::left) TRY(tokens_.skip_to_right());
    }
    return tokens_.skip_to_right();
}

Result<void, TextError> ModuleParser::scan_segment(Space space) {
    TRY(declare(space));
    return tokens_.skip_to_right();
}

}  // namespace icvm::vm
