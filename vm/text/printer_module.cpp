#include "vm/text/printer_module.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vm/binary/module_limits.hpp"
#include "vm/text/quotation.hpp"

namespace icvm::vm {
namespace {

/// Longer texts are refused: a byte of a module may become hundreds of a text.
constexpr size_t text_bytes_max = 1u << 30;
constexpr size_t columns = 96;
/// Bytes of a data segment on one line.
constexpr size_t data_line_bytes = 64;

constexpr u32 elements_with_expressions = 4;  // a bit of a segment's first number (Wasm 5.5.12)

/// The words of `(after …)`, by section id.
constexpr std::string_view section_words[] = {"",       "type",   "import",    "func",  "table",
                                              "memory", "global", "export",    "start", "elem",
                                              "code",   "data",   "datacount", "tag"};

NameSpace space_of(ExternKind kind) {
    switch (kind) {
        case ExternKind::function: return NameSpace::function;
        case ExternKind::table: return NameSpace::table;
        case ExternKind::memory: return NameSpace::memory;
        case ExternKind::global: return NameSpace::global;
        case ExternKind::tag: return NameSpace::tag;
    }
    return NameSpace::function;
}

std::string_view word_of(ExternKind kind) {
    switch (kind) {
        case ExternKind::function: return "func";
        case ExternKind::table: return "table";
        case ExternKind::memory: return "memory";
        case ExternKind::global: return "global";
        case ExternKind::tag: return "tag";
    }
    return "";
}

}  // namespace

Result<std::string, ReadError> ModulePrinter::print(Customs customs) {
    out_ = "(module" + names_.definition(NameSpace::module, 0);
    make_signatures();
    print_types();
    print_imports();
    TRY(print_tables());
    print_memories();
    print_tags();
    TRY(print_globals());
    print_exports();
    if (module_.start) {
        out_ += "\n  (start";
        append_index(NameSpace::function, *module_.start);
        out_ += ")";
    }
    TRY(print_elements());
    TRY(print_functions());
    TRY(print_data());
    print_custom_sections(customs);
    return std::move(out_);
}

Result<void, ReadError> ModulePrinter::check_size() const {
    if (out_.size() <= text_bytes_max) return {};
    return std::unexpected(ReadError{MalformedReason::module_too_large});
}

void ModulePrinter::begin_field(std::string_view kind, NameSpace space, u32 index) {
    out_ += fmt::format("({}{} (;{};)", kind, names_.definition(space, index), index);
}

void ModulePrinter::append_wrapped(std::string_view word) {
    if (out_.size() - line_start_ + word.size() >= columns) {
        line_start_ = out_.size() + 1;
        out_ += "\n   ";
    }
    out_ += " ";
    out_ += word;
}

void ModulePrinter::print_imports() {
    std::array<u32, 5> counts{};
    for (const Import& import : module_.imports) {
        out_ += "\n  (import ";
        append_quoted_name(out_, import.module);
        out_ += " ";
        append_quoted_name(out_, import.name);
        out_ += " ";
        const u32 index = counts[size_t(import.kind)]++;
        begin_field(word_of(import.kind), space_of(import.kind), index);
        switch (import.kind) {
            case ExternKind::function: print_signature(index, import.type_index); break;
            case ExternKind::tag: append_type_use(import.type_index); break;
            case ExternKind::table: out_ += " " + table_type(import.table); break;
            case ExternKind::memory: out_ += " " + memory_type(import.memory); break;
            case ExternKind::global: out_ += " " + global_type(import.global); break;
        }
        out_ += "))";
    }
}

Result<void, ReadError> ModulePrinter::print_tables() {
    u32 index = module_.imported_tables;
    for (const Table& table : module_.tables) {
        out_ += "\n  ";
        begin_field("table", NameSpace::table, index++);
        out_ += " " + table_type(table.type);
        if (table.initializer) out_ += TRY(expression(*table.initializer));
        out_ += ")";
    }
    return {};
}

void ModulePrinter::print_memories() {
    u32 index = module_.imported_memories;
    for (const MemoryType& memory : module_.memories) {
        out_ += "\n  ";
        begin_field("memory", NameSpace::memory, index++);
        out_ += " " + memory_type(memory) + ")";
    }
}

void ModulePrinter::print_tags() {
    u32 index = module_.imported_tags;
    for (const Tag& tag : module_.tags) {
        out_ += "\n  ";
        begin_field("tag", NameSpace::tag, index++);
        append_type_use(tag.type_index);
        out_ += ")";
    }
}

Result<void, ReadError> ModulePrinter::print_globals() {
    u32 index = module_.imported_globals;
    for (const Global& global : module_.globals) {
        out_ += "\n  ";
        begin_field("global", NameSpace::global, index++);
        out_ += " " + global_type(global.type) + TRY(expression(global.initializer)) + ")";
        TRY(check_size());
    }
    return {};
}

void ModulePrinter::print_exports() {
    for (const Export& item : module_.exports) {
        out_ += "\n  (export ";
        append_quoted_name(out_, item.name);
        out_ += fmt::format(" ({}", word_of(item.kind));
        append_index(space_of(item.kind), item.index);
        out_ += "))";
    }
}

Result<void, ReadError> ModulePrinter::print_elements() {
    for (u32 i = 0; i < module_.elements.size(); i++) {
        TRY(print_element(module_.elements[i], i));
        TRY(check_size());
    }
    return {};
}

Result<void, ReadError> ModulePrinter::print_element(const ElementSegment& segment, u32 index) {
    ByteReader reader(module_.bytes, {segment.offset, u32(module_.bytes.size()) - segment.offset});
    const bool with_expressions = (TRY(reader.read_u32()) & elements_with_expressions) != 0;
    line_start_ = out_.size();
    out_ += "\n  ";
    begin_field("elem", NameSpace::element, index);
    if (segment.mode == SegmentMode::declarative) out_ += " declare";
    if (segment.mode == SegmentMode::active) {
        if (segment.table_index != 0) {
            out_ += " (table";
            append_index(NameSpace::table, segment.table_index);
            out_ += ")";
        }
        out_ += TRY(offset_expression(segment.table_offset));
    }
    append_wrapped(with_expressions ? value_type(segment.type) : "func");
    for (const u32 function : segment.functions)
        append_wrapped(index_text(NameSpace::function, function));
    for (const ConstantExpression& item : segment.expressions) {
        const std::string text = TRY(expression(item));
        append_wrapped(text.starts_with(" (") ? text.substr(1) : "(item" + text + ")");
    }
    out_ += ")";
    return {};
}

Result<void, ReadError> ModulePrinter::print_data() {
    for (u32 i = 0; i < module_.data.size(); i++) {
        const DataSegment& segment = module_.data[i];
        out_ += "\n  ";
        begin_field("data", NameSpace::data, i);
        if (segment.mode == SegmentMode::active) {
            if (segment.memory_index != 0) {
                out_ += " (memory";
                append_index(NameSpace::memory, segment.memory_index);
                out_ += ")";
            }
            out_ += TRY(offset_expression(segment.memory_offset));
        }
        append_strings(module_.content(segment.content));
        out_ += ")";
        TRY(check_size());
    }
    return {};
}

/// One string, or one a line.
void ModulePrinter::append_strings(Bytes bytes) {
    const bool is_short = bytes.size() <= data_line_bytes;
    while (!bytes.empty()) {
        const size_t size = std::min(bytes.size(), data_line_bytes);
        out_ += is_short ? " " : "\n    ";
        append_quoted_bytes(out_, bytes.first(size));
        bytes = bytes.subspan(size);
    }
}

void ModulePrinter::print_custom_sections(Customs customs) {
    const CustomSection* names = module_.find_custom_section("name");
    for (const CustomSection& section : module_.custom_sections) {
        if (customs == Customs::without_names && &section == names) continue;
        out_ += "\n  (@custom ";
        append_quoted_name(out_, section.name);
        if (customs != Customs::all_without_places) print_place(section);
        append_strings(module_.content(section.content));
        out_ += ")";
    }
}

/// Behind which section it stands; nothing when it is behind all.
void ModulePrinter::print_place(const CustomSection& section) {
    size_t before = 0;
    bool is_last = true;
    for (size_t id = 1; id < module_.section_offsets.size(); id++) {
        const u32 offset = module_.section_offsets[id];
        if (offset > section.content.offset) is_last = false;
        if (offset == 0 || offset > section.content.offset) continue;
        if (before == 0 || offset > module_.section_offsets[before]) before = id;
    }
    if (!is_last && before == 0) out_ += " (before first)";
    if (!is_last && before != 0) out_ += fmt::format(" (after {})", section_words[before]);
}

}  // namespace icvm::vm
