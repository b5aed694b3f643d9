#include <bit>
#include <cmath>

#include "replica/base/principal.hpp"
#include "replica/candid/escape.hpp"
#include "replica/candid/printer.hpp"

namespace icvm::replica::candid {

namespace {

class JsonPrinter {
public:
    JsonPrinter(const Types& types, const Values& values) : types_(types), values_(values) {}

    void value(u32 index, TypeIndex type);
    std::string& out() { return out_; }

private:
    void number(const Value& value, TypeKind kind);
    void opt(u32 index, TypeIndex type);
    void vec(u32 index, TypeIndex type);
    void record(u32 index, TypeIndex type);
    void variant(u32 index, TypeIndex type);
    void key(const Field& field) {
        out_ += quoted_json(field.name ? types_.name(field.name) : std::to_string(field.id)) + ":";
    }
    std::string principal(const Value& value) const {
        return Principal::from_bytes(values_.bytes(value))->text();
    }

    const Types& types_;
    const Values& values_;
    std::string out_;
};

void JsonPrinter::value(u32 index, TypeIndex of) {
    if (out_.size() > printed_bytes_max) return;
    const Value& value = values_[index];
    const TypeKind kind = types_.kind(of);
    switch (kind) {
        case TypeKind::null:
        case TypeKind::reserved:
        case TypeKind::empty:
        case TypeKind::future: out_ += "null"; break;
        case TypeKind::boolean: out_ += value.bits ? "true" : "false"; break;
        case TypeKind::text: out_ += quoted_json(values_.text(value)); break;
        case TypeKind::principal:
        case TypeKind::service: out_ += quoted_json(principal(value)); break;
        case TypeKind::func:
            out_ += "{\"principal\":" + quoted_json(principal(value)) +
                    ",\"method\":" + quoted_json(values_.text(values_[index + 1])) + "}";
            break;
        case TypeKind::opt: opt(index, of); break;
        case TypeKind::vec: vec(index, of); break;
        case TypeKind::record: record(index, of); break;
        case TypeKind::variant: variant(index, of); break;
        default: number(value, kind); break;
    }
}

template <class Float>
std::string float_json(Float value) {
    return std::isfinite(value) ? float_text(value) : quoted_json(float_text(value));
}

void JsonPrinter::number(const Value& value, TypeKind kind) {
    switch (kind) {
        case TypeKind::float32: out_ += float_json(std::bit_cast<f32>(u32(value.bits))); break;
        case TypeKind::float64: out_ += float_json(std::bit_cast<f64>(value.bits)); break;
        case TypeKind::nat:
        case TypeKind::integer: out_ += quoted_json(integer_digits(values_.integer(value))); break;
        case TypeKind::nat64: out_ += quoted_json(std::to_string(value.bits)); break;
        case TypeKind::int64: out_ += quoted_json(std::to_string(i64(value.bits))); break;
        default: out_ += std::to_string(i64(value.bits)); break;
    }
}

void JsonPrinter::opt(u32 index, TypeIndex type) {
    out_ += '[';
    if (values_[index].kind == ValueKind::some) value(index + 1, types_[type].element);
    out_ += ']';
}

void JsonPrinter::vec(u32 index, TypeIndex type) {
    const Value& vec = values_[index];
    if (vec.kind == ValueKind::blob) {
        out_ += quoted_json(blob_text(values_.bytes(vec)));
        return;
    }
    out_ += '[';
    for (u32 part = index + 1; part < vec.end; part = values_[part].end) {
        if (part > index + 1) out_ += ',';
        value(part, types_[type].element);
    }
    out_ += ']';
}

void JsonPrinter::record(u32 index, TypeIndex type) {
    out_ += '{';
    u32 part = index + 1;
    for (const Field& field : types_.fields(type)) {
        if (out_.size() > printed_bytes_max) return;
        if (part > index + 1) out_ += ',';
        key(field);
        value(part, field.type);
        part = values_[part].end;
    }
    out_ += '}';
}

void JsonPrinter::variant(u32 index, TypeIndex type) {
    const Field& tag = types_.fields(type)[values_[index].bits];
    out_ += '{';
    key(tag);
    value(index + 1, tag.type);
    out_ += '}';
}

}  // namespace

Result<std::string, ValueError> print_json(const Types& types, std::span<const Field> fields,
                                           const Values& values) {
    JsonPrinter printer(types, values);
    printer.out() += '[';
    u32 index = 0;
    for (const Field& field : fields) {
        if (&field != fields.data()) printer.out() += ',';
        printer.value(index, field.type);
        index = values[index].end;
    }
    printer.out() += ']';
    if (printer.out().size() > printed_bytes_max) return too_long_to_print();
    return std::move(printer.out());
}

}  // namespace icvm::replica::candid
