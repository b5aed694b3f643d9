#include "vm/base/leb128.hpp"
#include "vm/text/module_parser.hpp"

namespace icvm::vm {
namespace {

/// The kinds of the binary format (Wasm 5.5.5), by Space.
constexpr u8 kind_codes[spaces] = {0, 0x00, 0x01, 0x02, 0x04, 0x03, 0, 0};

struct Importable {
    std::string_view word;
    Space space;
};
constexpr Importable importables[] = {{"func", Space::function},
                                      {"table", Space::table},
                                      {"memory", Space::memory},
                                      {"tag", Space::tag},
                                      {"global", Space::global}};

void append_kind(ByteVector& out, u8 kind, u32 index) {
    out.push_back(kind);
    write_unsigned_leb128(out, index);
}

}  // namespace

/// The third walk.
Result<void, TextError> ModuleParser::fields() {
    TRY(tokens_.start(0, Annotations::kept));
    TRY(module_head());
    TRY(head_annotations());
    while (tokens_.is(TokenKind::left)) {
        TRY(field());
        TRY(field_annotations());
    }
    if (is_enclosed_ || tokens_.is_incomplete()) TRY(tokens_.expect_right());
    if (!tokens_.is(TokenKind::end)) return tokens_.unexpected(is_enclosed_ ? "" : "\"(\"");
    return {};
}

Result<void, TextError> ModuleParser::field() {
    const u32 source = TRY(tokens_.next()).offset;
    const std::string_view word = tokens_.is(TokenKind::keyword) ? tokens_.peek().text : "";
    using Reader = Parsed<> (ModuleParser::*)(u32);
    struct Field {
        std::string_view word;
        Reader read;
    };
    constexpr Field readers[] = {
        {"func", &ModuleParser::function_field}, {"import", &ModuleParser::import_field},
        {"export", &ModuleParser::export_field}, {"table", &ModuleParser::table_field},
        {"memory", &ModuleParser::memory_field}, {"global", &ModuleParser::global_field},
        {"tag", &ModuleParser::tag_field},       {"start", &ModuleParser::start_field},
        {"elem", &ModuleParser::element_field},  {"data", &ModuleParser::data_field}};
    // The second walk has read those.
    if (word == "type" || word == "rec") return tokens_.skip_to_right();
    for (const Field& field : readers) {
        if (field.word != word) continue;
        TRY(tokens_.next());
        TRY((this->*field.read)(source));
        return tokens_.expect_right();
    }
    return tokens_.unexpected("a field of a module");
}

Result<void, TextError> ModuleParser::import_field(u32 source) {
    MarkedBytes& out = encoder_.begin_entry(SectionPlace::import, source);
    encode_name(out.bytes, TRY(utf8_string()));
    encode_name(out.bytes, TRY(utf8_string()));
    TRY(tokens_.expect(TokenKind::left, "\"(\""));
    for (const auto& [word, space] : importables) {
        if (!tokens_.is_word(word)) continue;
        TRY(tokens_.next());
        const u32 index = next_[size_t(space)]++;
        remember(space_names_[size_t(space)], index, TRY(declared_name()));
        TRY(import_description(space, out.bytes));
        return tokens_.expect_right();
    }
    return tokens_.unexpected("func, table, memory, global or tag");
}

/// The type of what is imported.
Result<void, TextError> ModuleParser::import_description(Space space, ByteVector& out) {
    out.push_back(kind_codes[size_t(space)]);
    switch (space) {
        case Space::function:
            write_unsigned_leb128(out, TRY(type_index(TRY(type_use(Parameters::named)))));
            return {};
        case Space::tag: return write_tag_type(out);
        case Space::table: encode_table_type(out, TRY(table_type(TRY(address_type())))); return {};
        case Space::memory:
            encode_memory_type(out, TRY(memory_type(TRY(address_type()))));
            return {};
        default: encode_global_type(out, TRY(global_type())); return {};
    }
}

Result<void, TextError> ModuleParser::write_tag_type(ByteVector& out) {
    append_kind(out, 0, TRY(type_index(TRY(type_use(Parameters::named)))));
    return {};
}

/// The name, inline exports and an inline import, which is read whole: then nothing is defined.
Result<ModuleParser::Head, TextError> ModuleParser::definition_head(Space space, u32 source) {
    Head head{.index = next_[size_t(space)]++};
    remember(space_names_[size_t(space)], head.index, TRY(declared_name()));
    while (TRY(tokens_.accept_left("export"))) {
        ByteVector& out = encoder_.begin_entry(SectionPlace::export_, source).bytes;
        encode_name(out, TRY(utf8_string()));
        append_kind(out, kind_codes[size_t(space)], head.index);
        TRY(tokens_.expect_right());
    }
    head.is_import = TRY(tokens_.accept_left("import"));
    if (!head.is_import) return head;
    ByteVector& out = encoder_.begin_entry(SectionPlace::import, source).bytes;
    encode_name(out, TRY(utf8_string()));
    encode_name(out, TRY(utf8_string()));
    TRY(tokens_.expect_right());
    TRY(import_description(space, out));
    return head;
}

Result<void, TextError> ModuleParser::export_field(u32 source) {
    ByteVector& out = encoder_.begin_entry(SectionPlace::export_, source).bytes;
    encode_name(out, TRY(utf8_string()));
    TRY(tokens_.expect(TokenKind::left, "\"(\""));
    for (const auto& [word, space] : importables) {
        if (!tokens_.is_word(word)) continue;
        TRY(tokens_.next());
        append_kind(out, kind_codes[size_t(space)], TRY(index(space)));
        return tokens_.expect_right();
    }
    return tokens_.unexpected("func, table, memory, global or tag");
}

Result<void, TextError> ModuleParser::start_field(u32 source) {
    if (has_start_) return tokens_.error(source, "multiple start sections");
    has_start_ = true;
    ByteVector& out = encoder_.begin_entry(SectionPlace::start, source).bytes;
    write_unsigned_leb128(out, TRY(index(Space::function)));
    return {};
}

Result<void, TextError> ModuleParser::global_field(u32 source) {
    if (TRY(definition_head(Space::global, source)).is_import) return {};
    MarkedBytes& out = encoder_.begin_entry(SectionPlace::global, source);
    encode_global_type(out.bytes, TRY(global_type()));
    out.append(TRY(constant_expression()));
    return {};
}

Result<void, TextError> ModuleParser::tag_field(u32 source) {
    if (TRY(definition_head(Space::tag, source)).is_import) return {};
    return write_tag_type(encoder_.begin_entry(SectionPlace::tag, source).bytes);
}

Result<void, TextError> ModuleParser::table_field(u32 source) {
    const Head head = TRY(definition_head(Space::table, source));
    if (head.is_import) return {};
    const AddressType address = TRY(address_type());
    if (!tokens_.is(TokenKind::natural)) return table_with_elements(address, head.index, source);
    const TableType type = TRY(table_type(address));
    MarkedBytes& out = encoder_.begin_entry(SectionPlace::table, source);
    const bool is_initialized = !tokens_.is(TokenKind::right);
    if (is_initialized) out.bytes.insert(out.bytes.end(), {0x40, 0x00});
    encode_table_type(out.bytes, type);
    if (is_initialized) out.append(TRY(constant_expression()));
    return {};
}

Result<void, TextError> ModuleParser::memory_field(u32 source) {
    const Head head = TRY(definition_head(Space::memory, source));
    if (head.is_import) return {};
    const AddressType address = TRY(address_type());
    if (!tokens_.is(TokenKind::natural)) return memory_with_data(address, head.index, source);
    const MemoryType type = TRY(memory_type(address));
    encode_memory_type(encoder_.begin_entry(SectionPlace::memory, source).bytes, type);
    return {};
}

}  // namespace icvm::vm
