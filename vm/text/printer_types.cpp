#include <fmt/format.h>

#include "vm/text/printer_module.hpp"

namespace icvm::vm {
namespace {

/// A function type is spelled out with each use, unless that makes the text too long.
constexpr size_t signature_bytes_max = 200;

std::string limits_text(const Limits& limits) {
    std::string text = limits.address_type == AddressType::i64 ? "i64 " : "";
    text += std::to_string(limits.minimum);
    if (limits.has_maximum) text += " " + std::to_string(limits.maximum);
    return text;
}

}  // namespace

void ModulePrinter::print_types() {
    for (u32 i = 0; i < module_.types.size();) {
        const u32 size = module_.types[i].group_size;
        if (size == 1) {
            print_type(i++, "\n  ");
            continue;
        }
        out_ += "\n  (rec";
        for (const u32 end = i + size; i < end; i++) print_type(i, "\n    ");
        out_ += ")";
    }
}

void ModulePrinter::print_type(u32 index, std::string_view indentation) {
    const DefinedType& type = module_.types[index];
    out_ += indentation;
    out_ += "(type" + names_.definition(NameSpace::type, index);
    out_ += fmt::format(" (;{};) ", index);
    const bool is_plain = type.is_final && !type.supertype;
    if (!is_plain) out_ += type.is_final ? "(sub final" : "(sub";
    if (type.supertype) append_index(NameSpace::type, *type.supertype);
    if (!is_plain) out_ += " ";
    out_ += composite_type(index) + (is_plain ? ")" : "))");
}

std::string ModulePrinter::composite_type(u32 index) const {
    const DefinedType& type = module_.types[index];
    if (type.kind == CompositeKind::function)
        return "(func" + list_of("param", type.function.parameters) +
               list_of("result", type.function.results) + ")";
    if (type.kind == CompositeKind::array) return "(array " + field_type(type.fields[0]) + ")";
    std::string text = "(struct";
    for (u32 i = 0; i < type.fields.size(); i++)
        text += " (field" + names_.definition(NameSpace::field, i, index) + " " +
                field_type(type.fields[i]) + ")";
    return text + ")";
}

std::string ModulePrinter::field_type(const FieldType& field) const {
    const std::string type = value_type(field.type);
    return field.is_mutable ? "(mut " + type + ")" : type;
}

std::string ModulePrinter::heap_type(HeapType type) const {
    if (type.is_index())
        if (const auto id = names_.id(NameSpace::type, type.index()); !id.empty())
            return std::string(id);
    return to_string(type);
}

std::string ModulePrinter::value_type(ValueType type) const {
    if (!type.is_reference() || !type.heap_type().is_index()) return to_string(type);
    return (type.is_nullable() ? "(ref null " : "(ref ") + heap_type(type.heap_type()) + ")";
}

std::string ModulePrinter::table_type(const TableType& type) const {
    return limits_text(type.limits) + " " + value_type(type.element);
}

std::string ModulePrinter::memory_type(const MemoryType& type) const {
    std::string text = limits_text(type.limits);
    if (type.shared) text += " shared";
    if (type.page_bytes_log2 != 16)
        text += fmt::format(" (pagesize {})", u64(1) << type.page_bytes_log2);
    return text;
}

std::string ModulePrinter::global_type(const GlobalType& type) const {
    return field_type({type.value, type.is_mutable});
}

std::string ModulePrinter::list_of(std::string_view word,
                                   const std::vector<ValueType>& types) const {
    if (types.empty()) return {};
    std::string text = " (" + std::string(word);
    for (const ValueType type : types) text += " " + value_type(type);
    return text + ")";
}

void ModulePrinter::make_signatures() {
    signatures_.resize(module_.types.size());
    for (size_t i = 0; i < signatures_.size(); i++) {
        const FunctionType& type = module_.types[i].function;
        std::string text = list_of("param", type.parameters) + list_of("result", type.results);
        if (text.size() <= signature_bytes_max) signatures_[i] = std::move(text);
    }
}

bool ModulePrinter::shows_parameters(u32 type) const {
    return type < signatures_.size() && !signatures_[type].empty();
}

void ModulePrinter::append_type_use(u32 type) {
    out_ += " (type";
    append_index(NameSpace::type, type);
    out_ += ")";
    if (type < signatures_.size()) out_ += signatures_[type];
}

}  // namespace icvm::vm
