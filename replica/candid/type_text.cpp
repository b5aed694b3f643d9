#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "replica/candid/escape.hpp"
#include "replica/candid/number.hpp"
#include "replica/candid/type.hpp"

namespace icvm::replica::candid {

namespace {

constexpr u32 type_text_depth_max = 600;

constexpr std::array<std::string_view, primitive_types> primitive_names = {
    "null",  "bool",  "nat",   "int",     "nat8",    "nat16", "nat32",    "nat64", "int8",
    "int16", "int32", "int64", "float32", "float64", "text",  "reserved", "empty", "principal",
};

constexpr std::string_view reserved_words[] = {
    "blob",      "composite_query", "false",  "func",    "import", "null", "oneway",  "opt",
    "principal", "query",           "record", "service", "true",   "type", "variant", "vec",
};

/// Writes a type until it has become too long.
class TypeWriter {
public:
    TypeWriter(const Types& types, size_t length_max) : types_(types), length_max_(length_max) {}

    void type(TypeIndex index);
    void arguments(std::span<const Field> arguments);
    void function(const Type& function);
    std::string take() {
        if (out_.size() <= length_max_) return std::move(out_);
        size_t cut = length_max_;
        while (cut > 0 && (u8(out_[cut]) & 0xC0) == 0x80) cut--;
        return out_.substr(0, cut) + "…";
    }

private:
    bool full() const { return out_.size() > length_max_; }
    void fields(const Type& type);
    void methods(const Type& type);

    const Types& types_;
    size_t length_max_;
    std::string out_;
    u32 depth_ = 0;
};

void TypeWriter::type(TypeIndex index) {
    if (full()) return;
    if (depth_ >= type_text_depth_max) {
        out_ += "…";
        return;
    }
    depth_++;
    const Type& type = types_.written(index);
    switch (type.kind) {
        case TypeKind::opt: out_ += "opt ", this->type(type.element); break;
        case TypeKind::vec:
            if (is_blob(types_, index) && types_.written(type.element).kind == TypeKind::nat8)
                out_ += "blob";
            else
                out_ += "vec ", this->type(type.element);
            break;
        case TypeKind::record: out_ += "record", fields(type); break;
        case TypeKind::variant: out_ += "variant", fields(type); break;
        case TypeKind::func: out_ += "func ", function(type); break;
        case TypeKind::service: out_ += "service", methods(type); break;
        case TypeKind::future: out_ += "future"; break;
        case TypeKind::name: out_ += types_.name(type.name); break;
        default: out_ += primitive_name(type.kind); break;
    }
    depth_--;
}

void TypeWriter::fields(const Type& type) {
    const auto all = types_.fields(type);
    if (all.empty()) {
        out_ += " {}";
        return;
    }
    bool tuple = type.kind == TypeKind::record;
    for (u32 i = 0; i < all.size(); i++) tuple = tuple && all[i].id == i && all[i].name == 0;
    out_ += " { ";
    for (u32 i = 0; i < all.size() && !full(); i++) {
        if (i > 0) out_ += "; ";
        if (!tuple) out_ += all[i].name ? name_text(types_.name(all[i].name)) : label(all[i].id);
        const bool bare_tag =
            type.kind == TypeKind::variant && types_.written(all[i].type).kind == TypeKind::null;
        if (bare_tag) continue;
        if (!tuple) out_ += " : ";
        this->type(all[i].type);
    }
    out_ += " }";
}

void TypeWriter::methods(const Type& type) {
    std::vector<Field> all(types_.fields(type).begin(), types_.fields(type).end());
    std::ranges::sort(all, {}, &Field::id);
    out_ += all.empty() ? " {}" : " { ";
    for (size_t i = 0; i < all.size() && !full(); i++) {
        if (i > 0) out_ += "; ";
        out_ += name_text(types_.name(all[i].name)) + " : ";
        const Type& method = types_.written(all[i].type);
        if (method.kind == TypeKind::func)
            function(method);
        else
            this->type(all[i].type);
    }
    if (!all.empty()) out_ += " }";
}

void TypeWriter::arguments(std::span<const Field> arguments) {
    out_ += '(';
    for (size_t i = 0; i < arguments.size() && !full(); i++) {
        if (i > 0) out_ += ", ";
        if (arguments[i].name) out_ += name_text(types_.name(arguments[i].name)) + " : ";
        type(arguments[i].type);
    }
    out_ += ')';
}

void TypeWriter::function(const Type& function) {
    arguments(types_.fields(function));
    out_ += " -> ";
    arguments(types_.results(function));
    if (function.annotations & u8(Annotation::query)) out_ += " query";
    if (function.annotations & u8(Annotation::composite_query)) out_ += " composite_query";
    if (function.annotations & u8(Annotation::oneway)) out_ += " oneway";
}

}  // namespace

std::optional<TypeKind> primitive_named(std::string_view name) {
    const auto found = std::ranges::find(primitive_names, name);
    if (found == primitive_names.end()) return std::nullopt;
    return TypeKind(found - primitive_names.begin());
}

std::string_view primitive_name(TypeKind kind) { return primitive_names[u32(kind)]; }

bool is_reserved(std::string_view word) {
    return std::ranges::find(reserved_words, word) != std::end(reserved_words);
}

bool is_keyword(std::string_view word) { return is_reserved(word) || primitive_named(word); }

std::string type_text(const Types& types, TypeIndex type, size_t length_max) {
    TypeWriter writer(types, length_max);
    writer.type(type);
    return writer.take();
}

std::string function_text(const Types& types, const Type& function, size_t length_max) {
    TypeWriter writer(types, length_max);
    writer.function(function);
    return writer.take();
}

std::string arguments_text(const Types& types, std::span<const Field> arguments,
                           size_t length_max) {
    TypeWriter writer(types, length_max);
    writer.arguments(arguments);
    return writer.take();
}

}  // namespace icvm::replica::candid
