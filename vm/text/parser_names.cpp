#include "vm/base/leb128.hpp"
#include "vm/base/utf8.hpp"
#include "vm/text/module_parser.hpp"
#include "vm/text/number.hpp"

namespace icvm::vm {
namespace {

constexpr std::string_view space_words[spaces] = {
    "type", "function", "table", "memory", "tag", "global", "elem segment", "data segment"};

using NameMap = std::vector<std::pair<u32, std::string>>;

void append_subsection(ByteVector& out, u8 id, const ByteVector& content) {
    out.push_back(id);
    write_unsigned_leb128(out, content.size());
    out.insert(out.end(), content.begin(), content.end());
}

void append_name_map(ByteVector& out, const NameMap& names) {
    write_unsigned_leb128(out, names.size());
    for (const auto& [index, name] : names) {
        write_unsigned_leb128(out, index);
        encode_name(out, name);
    }
}

void append_names(ByteVector& out, u8 id, const NameMap& names) {
    if (names.empty()) return;
    ByteVector content;
    append_name_map(content, names);
    append_subsection(out, id, content);
}

void append_names(ByteVector& out, u8 id, const std::vector<std::pair<u32, NameMap>>& names) {
    if (names.empty()) return;
    ByteVector content;
    write_unsigned_leb128(content, names.size());
    for (const auto& [index, inner] : names) {
        write_unsigned_leb128(content, index);
        append_name_map(content, inner);
    }
    append_subsection(out, id, content);
}

}  // namespace

/// An identifier, and the annotation (@name "…") behind it; both may be missing.
Result<ModuleParser::DeclaredName, TextError> ModuleParser::declared_name() {
    DeclaredName result{.identifier = {}, .name = {}, .offset = tokens_.peek().offset};
    if (tokens_.is(TokenKind::identifier)) {
        result.identifier = identifier_name(TRY(tokens_.next()).text);
        result.name = result.identifier;
    }
    Token annotation;
    // Another annotation may belong to what follows.
    for (bool annotated = false; tokens_.take_annotation("name", annotation); annotated = true) {
        if (annotated) return annotation_error(annotation, "name", "duplicate annotation");
        result.name = TRY(name_annotation(annotation));
    }
    return result;
}

Result<std::string, TextError> ModuleParser::name_annotation(const Token& annotation) {
    Lexer lexer(tokens_.text(), annotation_content(annotation));
    const Token literal = TRY(lexer.next());
    if (literal.kind != TokenKind::string)
        return annotation_error(literal, "name", "unexpected token; expected a string");
    std::string name = string_value(literal.text);
    if (!is_utf8(bytes_of(name)))
        return annotation_error(literal, "name", "malformed UTF-8 encoding");
    if (const Token right = TRY(lexer.next()); right.kind != TokenKind::right)
        return annotation_error(right, "name", "unexpected token");
    return name;
}

Result<std::string, TextError> ModuleParser::utf8_string() {
    const Token literal = TRY(tokens_.expect(TokenKind::string, "a string"));
    std::string name = string_value(literal.text);
    if (!is_utf8(bytes_of(name))) return tokens_.error(literal.offset, "malformed UTF-8 encoding");
    return name;
}

Result<u64, TextError> ModuleParser::natural(unsigned bits) {
    const Token token = TRY(tokens_.expect(TokenKind::natural, "a natural number"));
    const auto value = natural_value(token.text, bits);
    if (!value)
        return tokens_.error(token.offset, "i" + std::to_string(bits) +
                                               " constant out of range: " + shown(token.text));
    return *value;
}

Result<u32, TextError> ModuleParser::natural_u32() { return u32(TRY(natural(32))); }

Result<u32, TextError> ModuleParser::index_in(const IndexSpace& space, std::string_view what) {
    if (tokens_.is(TokenKind::natural)) return natural_u32();
    const std::string expected = "the index or identifier of a " + std::string(what);
    const Token token = TRY(tokens_.expect(TokenKind::identifier, expected));
    const auto found = space.find(identifier_name(token.text));
    // The text has an error further on, which is what must be told: it may hide definitions.
    if (!found && tokens_.is_incomplete()) return 0;
    if (found) return *found;
    const std::string_view similar = space.find_similar(identifier_name(token.text));
    return tokens_.error(
        token.offset, "unknown " + std::string(what) + " " + shown(token.text) +
                          (similar.empty() ? "" : "; did you mean $" + std::string(similar) + "?"));
}

Result<u32, TextError> ModuleParser::index(Space space) {
    return index_in(names_[size_t(space)], space_words[size_t(space)]);
}

Result<u32, TextError> ModuleParser::index_or_zero(Space space) {
    return tokens_.is_index() ? index(space) : Parsed<u32>(0);
}

Result<u32, TextError> ModuleParser::label_index() {
    if (tokens_.is(TokenKind::natural)) return natural_u32();
    const Token token = TRY(tokens_.expect(TokenKind::identifier, "a label"));
    const auto found = labels_.find(identifier_name(token.text));
    if (!found) return tokens_.error(token.offset, "unknown label " + shown(token.text));
    return *found;
}

/// The first walk gives the next index of a space to what stands here.
Result<void, TextError> ModuleParser::declare(Space space) {
    IndexSpace& names = names_[size_t(space)];
    if (!tokens_.is(TokenKind::identifier)) {
        names.add();
        return {};
    }
    const Token token = TRY(tokens_.next());
    if (!names.add(identifier_name(token.text)))
        return tokens_.error(token.offset, "duplicate " + std::string(space_words[size_t(space)]) +
                                               " " + shown(token.text));
    return {};
}

void ModuleParser::remember(NameMap& names, u32 index, const DeclaredName& declared) {
    if (declared.name) names.emplace_back(index, *declared.name);
}

/// The name section (Wasm 7.4.1, with the subsections of the extended proposal), if anything has a
/// name. Numbers are those of the subsections.
void ModuleParser::add_name_section() {
    for (const Custom& custom : customs_)
        if (custom.name == "name") return;
    const auto& of = space_names_;
    ByteVector content;
    if (module_name_) {
        ByteVector name;
        encode_name(name, *module_name_);
        append_subsection(content, 0, name);
    }
    append_names(content, 1, of[size_t(Space::function)]);
    append_names(content, 2, local_names_);
    append_names(content, 4, of[size_t(Space::type)]);
    append_names(content, 5, of[size_t(Space::table)]);
    append_names(content, 6, of[size_t(Space::memory)]);
    append_names(content, 7, of[size_t(Space::global)]);
    append_names(content, 8, of[size_t(Space::element)]);
    append_names(content, 9, of[size_t(Space::data)]);
    append_names(content, 10, type_field_names_);
    append_names(content, 11, of[size_t(Space::tag)]);
    if (!content.empty())
        encoder_.add_custom_section(ModuleEncoder::spot_last, "name", content, fields_begin_);
}

}  // namespace icvm::vm
