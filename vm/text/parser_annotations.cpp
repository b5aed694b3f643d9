#include "vm/base/leb128.hpp"
#include "vm/base/utf8.hpp"
#include "vm/text/module_parser.hpp"

namespace icvm::vm {
namespace {

constexpr std::string_view branch_hint_name = "metadata.code.branch_hint";

/// The sections that a custom one can stand before or after, in the order of SectionPlace.
constexpr std::string_view section_words[section_places] = {
    "type",   "import", "func", "table",     "memory", "tag", "global",
    "export", "start",  "elem", "datacount", "code",   "data"};

}  // namespace

std::unexpected<TextError> ModuleParser::annotation_error(const Token& at, std::string_view name,
                                                          std::string_view reason) const {
    return tokens_.error(at.offset,
                         "@" + std::string(name) + " annotation: " + std::string(reason));
}

/// Those at the head of the module: its name, too.
Result<void, TextError> ModuleParser::head_annotations() {
    Token annotation;
    bool is_named = false;
    while (tokens_.take_annotation(annotation)) {
        if (annotation_name(annotation.text) != "name") {
            TRY(field_annotation(annotation));
            continue;
        }
        if (is_named) return annotation_error(annotation, "name", "multiple module names");
        module_name_ = TRY(name_annotation(annotation));
        is_named = true;
    }
    return {};
}

/// Those that may stand where a field may.
Result<void, TextError> ModuleParser::field_annotations() {
    Token annotation;
    while (tokens_.take_annotation(annotation)) TRY(field_annotation(annotation));
    return {};
}

Result<void, TextError> ModuleParser::field_annotation(const Token& annotation) {
    const std::string name = annotation_name(annotation.text);
    if (name == "custom") return custom_section(annotation);
    if (name == "encoding") return encoding_annotation(annotation);
    if (name == branch_hint_name)
        return annotation_error(annotation, branch_hint_name, "not in a function");
    return tokens_.error(annotation.offset, "misplaced @" + name + " annotation");
}

/// (@custom "name" (before|after section)? "content"*)
Result<void, TextError> ModuleParser::custom_section(const Token& annotation) {
    Lexer lexer(tokens_.text(), annotation_content(annotation));
    Token token = TRY(lexer.next());
    if (token.kind != TokenKind::string)
        return annotation_error(token, "custom", "missing section name");
    Custom custom{ModuleEncoder::spot_last, string_value(token.text), {}, annotation.offset};
    if (!is_utf8(bytes_of(custom.name)))
        return annotation_error(token, "custom", "malformed UTF-8 encoding");
    token = TRY(lexer.next());
    if (token.kind == TokenKind::left) {
        custom.spot = TRY(custom_spot(lexer));
        token = TRY(lexer.next());
    }
    while (token.kind == TokenKind::string) {
        custom.content += string_value(token.text);
        token = TRY(lexer.next());
    }
    if (token.kind != TokenKind::right)
        return annotation_error(token, "custom", "unexpected token " + shown(token.text));
    customs_.push_back(std::move(custom));
    return {};
}

/// Behind the `(` of a placement.
Result<size_t, TextError> ModuleParser::custom_spot(Lexer& lexer) {
    const Token side = TRY(lexer.next());
    const bool before = side.text == "before";
    if (!before && side.text != "after")
        return annotation_error(side, "custom", "malformed placement; expected before or after");
    const Token section = TRY(lexer.next());
    size_t spot = 2 * section_places;
    if (before && section.text == "first") spot = 0;
    if (!before && section.text == "last") spot = ModuleEncoder::spot_last;
    for (size_t i = 0; i < section_places; i++)
        if (section.text == section_words[i]) spot = 2 * i + (before ? 0 : 1);
    if (spot == 2 * section_places)
        return annotation_error(section, "custom", "malformed section kind");
    if (const Token right = TRY(lexer.next()); right.kind != TokenKind::right)
        return annotation_error(right, "custom", "malformed placement");
    return spot;
}

/// (@encoding "…"*): docs/text-encoding.md.
Result<void, TextError> ModuleParser::encoding_annotation(const Token& annotation) {
    Lexer lexer(tokens_.text(), annotation_content(annotation));
    Token token = TRY(lexer.next());
    for (; token.kind == TokenKind::string; token = TRY(lexer.next()))
        encoding_ += string_value(token.text);
    if (token.kind != TokenKind::right)
        return annotation_error(token, "encoding", "unexpected token " + shown(token.text));
    return {};
}

void ModuleParser::add_custom_sections() {
    for (const Custom& custom : customs_)
        encoder_.add_custom_section(custom.spot, custom.name, bytes_of(custom.content),
                                    custom.source);
}

/// Those before an instruction.
Result<void, TextError> ModuleParser::instruction_annotations() {
    Token annotation;
    while (tokens_.take_annotation(annotation)) {
        const std::string name = annotation_name(annotation.text);
        if (name != branch_hint_name)
            return tokens_.error(annotation.offset, "misplaced @" + name + " annotation");
        TRY(branch_hint(annotation));
    }
    return {};
}

/// (@metadata.code.branch_hint "\00"): a byte, 0 or 1 (proposal branch-hinting).
Result<void, TextError> ModuleParser::branch_hint(const Token& annotation) {
    if (!in_function_) return annotation_error(annotation, branch_hint_name, "not in a function");
    if (pending_hint_)
        return annotation_error(annotation, branch_hint_name, "duplicate annotation");
    Lexer lexer(tokens_.text(), annotation_content(annotation));
    std::string content;
    Token token = TRY(lexer.next());
    for (; token.kind == TokenKind::string; token = TRY(lexer.next()))
        content += string_value(token.text);
    if (token.kind != TokenKind::right)
        return annotation_error(token, branch_hint_name, "unexpected token " + shown(token.text));
    if (content.size() != 1 || u8(content[0]) > 1)
        return annotation_error(annotation, branch_hint_name, "invalid hint; expected 0 or 1");
    pending_hint_ = u8(content[0]);
    pending_hint_offset_ = annotation.offset;
    return {};
}

/// The hint that stands before an instruction of that opcode.
Result<std::optional<u8>, TextError> ModuleParser::take_hint(Opcode opcode) {
    if (!pending_hint_) return std::nullopt;
    if (opcode != Opcode::if_ && opcode != Opcode::br_if)
        return tokens_.error(pending_hint_offset_,
                             "@" + std::string(branch_hint_name) + " annotation: invalid target");
    return std::exchange(pending_hint_, std::nullopt);
}

void ModuleParser::add_branch_hints() {
    if (function_hints_.empty()) return;
    ByteVector content;
    write_unsigned_leb128(content, function_hints_.size());
    for (const auto& [function, hints] : function_hints_) {
        write_unsigned_leb128(content, function);
        write_unsigned_leb128(content, hints.size());
        for (const auto& [offset, value] : hints) {
            write_unsigned_leb128(content, offset);
            content.push_back(1);
            content.push_back(value);
        }
    }
    encoder_.add_custom_section(2 * size_t(SectionPlace::code), branch_hint_name, content,
                                fields_begin_);
}

}  // namespace icvm::vm
