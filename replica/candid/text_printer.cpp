#include <algorithm>
#include <bit>

#include "replica/base/principal.hpp"
#include "replica/candid/escape.hpp"
#include "replica/candid/printer.hpp"

namespace icvm::replica::candid {

namespace {

constexpr u32 indentation = 2;

class Printer {
public:
    Printer(const Types& types, const Values& values, u32 width)
        : types_(types), values_(values), width_(width) {}

    Result<std::string, ValueError> arguments(std::span<const Field> fields);

private:
    /// Writes all on one line, but stops when the text is longer than `end_max`: then it returns
    /// false, and what it wrote is of no use.
    bool flat(u32 index, TypeIndex type, size_t end_max);
    bool flat_parts(u32 index, TypeIndex type, size_t end_max);
    /// On one line if the line then has at most width_ columns, `after` further characters
    /// included.
    void laid_out(u32 index, TypeIndex type, u32 indent, u32 after);
    void broken(u32 index, TypeIndex type, u32 indent);
    void new_line(u32 indent) {
        out_ += '\n';
        out_.append(indent, ' ');
        line_start_ = out_.size() - indent;
    }

    bool atom(const Value& value, TypeKind kind, u32 index);
    void label_of(const Field& field, bool tuple);
    bool is_tuple(TypeIndex type) const;
    bool in_parentheses(TypeIndex type) const;
    std::string principal(const Value& value) const;

    const Types& types_;
    const Values& values_;
    u32 width_;
    std::string out_;
    size_t line_start_ = 0;
};

Result<std::string, ValueError> Printer::arguments(std::span<const Field> fields) {
    out_ = "(";
    u32 index = 0;
    bool fits = true;
    for (size_t i = 0; i < fields.size() && fits; i++) {
        if (i > 0) out_ += ", ";
        fits = flat(index, fields[i].type, width_);
        index = values_[index].end;
    }
    out_ += ')';
    if (fits && out_.size() <= width_) return std::move(out_);
    out_ = "(";
    index = 0;
    for (const Field& field : fields) {
        new_line(indentation);
        laid_out(index, field.type, indentation, 1);
        out_ += ',';
        index = values_[index].end;
    }
    if (out_.size() > printed_bytes_max) return too_long_to_print();
    return std::move(out_) + "\n)";
}

std::string Printer::principal(const Value& value) const {
    return quoted(Principal::from_bytes(values_.bytes(value))->text());
}

std::string fixed_number(u64 bits, TypeKind kind) {
    const bool is_unsigned = kind >= TypeKind::nat8 && kind <= TypeKind::nat64;
    return integer_text(is_unsigned ? integer_of(bits) : integer_of(i64(bits)));
}

/// Writes what has no parts; false when it has some.
bool Printer::atom(const Value& value, TypeKind kind, u32 index) {
    switch (kind) {
        case TypeKind::boolean: out_ += value.bits ? "true" : "false"; return true;
        case TypeKind::text: out_ += quoted(values_.text(value)); return true;
        case TypeKind::principal: out_ += "principal " + principal(value); return true;
        case TypeKind::service: out_ += "service " + principal(value); return true;
        case TypeKind::func:
            out_ += "func " + principal(value) + "." + name_text(values_.text(values_[index + 1]));
            return true;
        case TypeKind::future: out_ += "null : reserved"; return true;
        case TypeKind::opt:
        case TypeKind::vec:
            if (value.kind == ValueKind::null) return out_ += "null", true;
            if (value.kind != ValueKind::blob) return false;
            out_ += "blob \"" + blob_text(values_.bytes(value)) + "\"";
            return true;
        case TypeKind::record:
        case TypeKind::variant: return false;
        case TypeKind::nat:
        case TypeKind::integer: out_ += integer_text(values_.integer(value)); break;
        case TypeKind::float32: out_ += float_text(std::bit_cast<f32>(u32(value.bits))); break;
        case TypeKind::float64: out_ += float_text(std::bit_cast<f64>(value.bits)); break;
        case TypeKind::null:
        case TypeKind::reserved: out_ += "null"; break;
        default: out_ += fixed_number(value.bits, kind); break;
    }
    out_ += " : ";
    out_ += primitive_name(kind);
    return true;
}

bool Printer::is_tuple(TypeIndex type) const {
    const auto fields = types_.fields(type);
    for (u32 i = 0; i < fields.size(); i++)
        if (fields[i].id != i || fields[i].name != 0) return false;
    return true;
}

void Printer::label_of(const Field& field, bool tuple) {
    if (!tuple) out_ += field.name ? name_text(types_.name(field.name)) : label(field.id);
}

/// After "opt", what ends with ": type" is in parentheses.
bool Printer::in_parentheses(TypeIndex type) const {
    const TypeKind kind = types_.kind(type);
    return kind == TypeKind::future || (u32(kind) < primitive_types && kind != TypeKind::boolean &&
                                        kind != TypeKind::text && kind != TypeKind::principal);
}

bool Printer::flat(u32 index, TypeIndex type, size_t end_max) {
    if (out_.size() > end_max) return false;
    const Value& value = values_[index];
    // Never shorter as text: long bytes are not written out just to see that they do not fit.
    if (value.length > end_max - out_.size()) return false;
    if (atom(value, types_.kind(type), index)) return out_.size() <= end_max;
    return flat_parts(index, type, end_max) && out_.size() <= end_max;
}

bool Printer::flat_parts(u32 index, TypeIndex type, size_t end_max) {
    const TypeKind kind = types_.kind(type);
    if (kind == TypeKind::opt) {
        const TypeIndex element = types_[type].element;
        const bool parentheses = in_parentheses(element);
        out_ += parentheses ? "opt (" : "opt ";
        if (!flat(index + 1, element, end_max)) return false;
        if (parentheses) out_ += ')';
        return true;
    }
    if (kind == TypeKind::variant) {
        const Field& tag = types_.fields(type)[values_[index].bits];
        out_ += "variant { ";
        label_of(tag, false);
        if (types_.kind(tag.type) != TypeKind::null) {
            out_ += " = ";
            if (!flat(index + 1, tag.type, end_max)) return false;
        }
        out_ += " }";
        return true;
    }
    out_ += kind == TypeKind::vec ? "vec {" : "record {";
    const bool tuple = kind == TypeKind::vec || is_tuple(type);
    const u32 end = values_[index].end;
    size_t i = 0;
    for (u32 part = index + 1; part < end; part = values_[part].end, i++) {
        out_ += i > 0 ? "; " : " ";
        TypeIndex part_type = types_[type].element;
        if (kind == TypeKind::record) {
            const Field& field = types_.fields(type)[i];
            label_of(field, tuple);
            if (!tuple) out_ += " = ";
            part_type = field.type;
        }
        if (!flat(part, part_type, end_max)) return false;
    }
    out_ += i > 0 ? " }" : "}";
    return true;
}

void Printer::laid_out(u32 index, TypeIndex type, u32 indent, u32 after) {
    const size_t start = out_.size();
    // What does not start on the line any more gets a line of its own length.
    const size_t end_max = line_start_ + std::max<size_t>(width_, after) - after;
    if (flat(index, type, end_max)) return;
    out_.resize(start);
    broken(index, type, indent);
}

void Printer::broken(u32 index, TypeIndex type, u32 indent) {
    const Value& value = values_[index];
    const TypeKind kind = types_.kind(type);
    if (atom(value, kind, index)) return;
    if (kind == TypeKind::opt) {
        const TypeIndex element = types_[type].element;
        const bool parentheses = in_parentheses(element);
        out_ += parentheses ? "opt (" : "opt ";
        broken(index + 1, element, indent);
        if (parentheses) out_ += ')';
        return;
    }
    out_ += kind == TypeKind::vec ? "vec {" : kind == TypeKind::record ? "record {" : "variant {";
    const bool tuple = kind == TypeKind::vec || (kind == TypeKind::record && is_tuple(type));
    const u32 inner = indent + indentation;
    size_t i = kind == TypeKind::variant ? value.bits : 0;
    for (u32 part = index + 1; part < value.end; part = values_[part].end, i++) {
        if (out_.size() > printed_bytes_max) return;
        new_line(inner);
        TypeIndex part_type = types_[type].element;
        bool bare_tag = false;
        if (kind != TypeKind::vec) {
            const Field& field = types_.fields(type)[i];
            label_of(field, tuple);
            part_type = field.type;
            bare_tag = kind == TypeKind::variant && types_.kind(part_type) == TypeKind::null;
            if (!tuple && !bare_tag) out_ += " = ";
        }
        if (!bare_tag) laid_out(part, part_type, inner, 1);
        if (kind != TypeKind::variant) out_ += ';';
    }
    if (value.end > index + 1) new_line(indent);
    out_ += '}';
}

}  // namespace

Result<std::string, ValueError> print_text(const Types& types, std::span<const Field> fields,
                                           const Values& values, u32 width) {
    return Printer(types, values, width).arguments(fields);
}

std::unexpected<ValueError> too_long_to_print() {
    return std::unexpected(ValueError{0, 0, "this is more than 128 MiB of text"});
}

}  // namespace icvm::replica::candid
