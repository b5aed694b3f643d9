#include "replica/candid/fit.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "replica/candid/coerce.hpp"
#include "replica/candid/escape.hpp"
#include "replica/candid/wire_code.hpp"

namespace icvm::replica::candid {

namespace {

constexpr size_t shown_max = 60;

class Fitter {
public:
    Fitter(std::string_view source, const Values& literals, const Types& types, Values& out)
        : source_(source), literals_(literals), types_(types), out_(out) {}

    Result<void, ValueError> value(u32 index, TypeIndex type);

private:
    using Done = Result<void, ValueError>;

    Done annotation(u32 index, TypeIndex type);
    Done primitive_value(u32 index, TypeKind kind, TypeIndex type);
    Done integer(u32 index, TypeKind kind);
    template <class Float, class Pattern>
    Done floating(u32 index, TypeKind kind);
    Done opt(u32 index, TypeIndex type);
    Done vec(u32 index, TypeIndex type);
    Done blob(u32 index);
    Done record(u32 index, TypeIndex type);
    Done missing_field(u32 index, TypeIndex type, const Field& field);
    Done variant(u32 index, TypeIndex type);
    Done func(u32 index);
    void copy(u32 index, ValueKind kind) {
        out_.add(kind, literals_.bytes(literals_[index]), literals_[index].position);
    }

    std::unexpected<ValueError> error(u32 index, std::string message) const {
        return std::unexpected(text_error(source_, literals_[index].position, std::move(message)));
    }
    std::unexpected<ValueError> mismatch(u32 index, TypeIndex type, std::string hint = "") const;
    std::string shown(u32 index) const;
    std::string label_of(const Value& field) const {
        return field.length ? name_text(types_.name(field.length)) : label(u32(field.bits));
    }

    std::string_view source_;
    const Values& literals_;
    const Types& types_;
    Values& out_;
};

std::string Fitter::shown(u32 index) const {
    const Value& literal = literals_[index];
    switch (literal.kind) {
        case ValueKind::null: return "null";
        case ValueKind::boolean: return literal.bits ? "true" : "false";
        case ValueKind::literal:
        case ValueKind::decimals: {
            const std::string_view text = literals_.text(literal);
            return text.size() <= shown_max ? std::string(text)
                                            : std::string(text.substr(0, shown_max)) + "…";
        }
        case ValueKind::text: return "text";
        case ValueKind::blob: return "blob";
        case ValueKind::principal: return "principal";
        case ValueKind::service: return "service";
        case ValueKind::func: return "func";
        case ValueKind::some: return "opt";
        case ValueKind::vec: return "vec";
        case ValueKind::record: return "record";
        case ValueKind::variant: return "variant";
        default: return "a value";
    }
}

std::unexpected<ValueError> Fitter::mismatch(u32 index, TypeIndex type, std::string hint) const {
    return error(index, "expected " + type_text(types_, type, shown_max) + ", found " +
                            shown(index) + std::move(hint));
}

Fitter::Done Fitter::value(u32 index, TypeIndex type) {
    const TypeKind kind = types_.kind(type);
    if (kind == TypeKind::reserved || kind == TypeKind::future) {
        out_.add(ValueKind::null, 0, literals_[index].position);
        return {};
    }
    if (literals_[index].kind == ValueKind::annotation) return annotation(index, type);
    switch (kind) {
        case TypeKind::opt: return opt(index, type);
        case TypeKind::vec: return vec(index, type);
        case TypeKind::record: return record(index, type);
        case TypeKind::variant: return variant(index, type);
        case TypeKind::float32: return floating<f32, u32>(index, kind);
        case TypeKind::float64: return floating<f64, u64>(index, kind);
        case TypeKind::func:
            if (literals_[index].kind != ValueKind::func) return mismatch(index, type);
            return func(index);
        default: return primitive_value(index, kind, type);
    }
}

/// "value : type": the value is of that type, which must fit the expected one in its turn.
Fitter::Done Fitter::annotation(u32 index, TypeIndex type) {
    const u64 written = literals_[index].bits;
    if (written == no_type) return value(index + 1, type);
    const TypeIndex own = types_.resolved(TypeIndex(written));
    if (own == types_.resolved(type)) return value(index + 1, type);
    Values typed;
    TRY(Fitter(source_, literals_, types_, typed).value(index + 1, own));
    const Done done = coerce(typed, 0, types_, own, types_, type, out_, OptRules::strict);
    if (!done) return error(index, done.error().message);
    return {};
}

Fitter::Done Fitter::primitive_value(u32 index, TypeKind kind, TypeIndex type) {
    const Value& literal = literals_[index];
    const auto accept = [&](ValueKind expected) -> Done {
        if (literal.kind != expected) return mismatch(index, type);
        copy(index, expected);
        return {};
    };
    switch (kind) {
        case TypeKind::null:
        case TypeKind::boolean:
            if (literal.kind != (kind == TypeKind::null ? ValueKind::null : ValueKind::boolean))
                return mismatch(index, type);
            out_.add(literal.kind, literal.bits, literal.position);
            return {};
        case TypeKind::text: return accept(ValueKind::text);
        case TypeKind::principal:
            if (literal.kind == ValueKind::service)
                return copy(index, ValueKind::principal), Done();
            return accept(ValueKind::principal);
        case TypeKind::service:
            if (literal.kind != ValueKind::service) return mismatch(index, type);
            return copy(index, ValueKind::principal), Done();
        case TypeKind::empty: return mismatch(index, type, " (no value is of the type empty)");
        default:
            if (literal.kind != ValueKind::literal) return mismatch(index, type);
            return integer(index, kind);
    }
}

bool fits(const Integer& integer, TypeKind kind) {
    if (kind == TypeKind::integer) return true;
    if (kind == TypeKind::nat) return !integer.negative;
    const u32 bits = 8 * fixed_size(kind);
    if (!is_signed(kind)) {
        const auto value = integer.as_u64();
        return value && *value <= std::numeric_limits<u64>::max() >> (64 - bits);
    }
    const auto value = integer.as_i64();
    const i64 max = std::numeric_limits<i64>::max() >> (64 - bits);
    return value && -max - 1 <= *value && *value <= max;
}

Fitter::Done Fitter::integer(u32 index, TypeKind kind) {
    const Value& literal = literals_[index];
    std::string_view text = literals_.text(literal);
    const bool minus = text.starts_with('-');
    if (minus) text.remove_prefix(1);
    const bool hexadecimal = text.starts_with("0x");
    auto integer = hexadecimal ? integer_of_hexadecimal(text.substr(2)) : integer_of_decimal(text);
    if (!integer)
        return error(index, "a number of more than " + std::to_string(decimal_digits_max) +
                                " decimal digits: write it in hexadecimal");
    integer->negative = minus && !integer->magnitude.empty();
    if (!fits(*integer, kind))
        return error(index, shown(index) + " does not fit " + std::string(primitive_name(kind)));
    if (kind == TypeKind::nat || kind == TypeKind::integer) {
        out_.add(*integer, literal.position);
    } else {
        const u64 bits = is_signed(kind) ? u64(*integer->as_i64()) : *integer->as_u64();
        out_.add(ValueKind::number, bits, literal.position);
    }
    return {};
}

template <class Float, class Pattern>
Fitter::Done Fitter::floating(u32 index, TypeKind kind) {
    const Value& literal = literals_[index];
    if (literal.kind != ValueKind::literal && literal.kind != ValueKind::decimals)
        return mismatch(index, primitive(kind));
    std::string_view text = literals_.text(literal);
    const bool minus = text.starts_with('-');
    if (minus) text.remove_prefix(1);
    const bool hexadecimal = text.starts_with("0x");
    if (hexadecimal) text.remove_prefix(2);
    Float number = 0;
    const auto [end, code] =
        std::from_chars(text.data(), text.data() + text.size(), number,
                        hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (code == std::errc::result_out_of_range)
        return error(index, shown(index) + " does not fit " + std::string(primitive_name(kind)));
    if (code != std::errc() || end != text.data() + text.size())
        return error(index, shown(index) + " is no number");
    if (minus) number = -number;
    Pattern pattern;
    static_assert(sizeof pattern == sizeof number);
    std::memcpy(&pattern, &number, sizeof pattern);
    out_.add(ValueKind::floating, pattern, literal.position);
    return {};
}

Fitter::Done Fitter::opt(u32 index, TypeIndex type) {
    const Value& literal = literals_[index];
    if (literal.kind == ValueKind::null) {
        out_.add(ValueKind::null, 0, literal.position);
        return {};
    }
    if (literal.kind != ValueKind::some) return mismatch(index, type, " (write \"opt\" before it)");
    const u32 some = out_.add(ValueKind::some, 0, literal.position);
    TRY(value(index + 1, types_[type].element));
    out_.close(some);
    return {};
}

Fitter::Done Fitter::vec(u32 index, TypeIndex type) {
    const Value& literal = literals_[index];
    if (literal.kind == ValueKind::blob && is_blob(types_, type))
        return copy(index, ValueKind::blob), Done();
    if (literal.kind != ValueKind::vec) return mismatch(index, type);
    if (is_blob(types_, type)) return blob(index);
    const u32 vec = out_.add(ValueKind::vec, 0, literal.position);
    for (u32 part = index + 1; part < literal.end; part = literals_[part].end)
        TRY(value(part, types_[type].element));
    out_.close(vec);
    return {};
}

/// vec { 1; 2 } as a blob.
Fitter::Done Fitter::blob(u32 index) {
    Values numbers;
    Fitter fitter(source_, literals_, types_, numbers);
    for (u32 part = index + 1; part < literals_[index].end; part = literals_[part].end)
        TRY(fitter.value(part, primitive(TypeKind::nat8)));
    ByteVector bytes(numbers.size());
    for (u32 i = 0; i < numbers.size(); i++) bytes[i] = u8(numbers[i].bits);
    out_.add(ValueKind::blob, Bytes(bytes), literals_[index].position);
    return {};
}

Fitter::Done Fitter::missing_field(u32 index, TypeIndex type, const Field& field) {
    if (!accepts_null(types_, field.type))
        return error(index,
                     "the field " +
                         (field.name ? name_text(types_.name(field.name)) : label(field.id)) +
                         " is missing for " + type_text(types_, type, shown_max));
    if (out_.size() >= fitted_values_max)
        return error(index, "with the fields that are left out this is more than " +
                                std::to_string(fitted_values_max) + " values");
    out_.add(ValueKind::null, 0, literals_[index].position);
    return {};
}

Fitter::Done Fitter::record(u32 index, TypeIndex type) {
    const Value& literal = literals_[index];
    if (literal.kind != ValueKind::record) return mismatch(index, type);
    std::vector<std::pair<u32, u32>> written;  // id, place
    for (u32 part = index + 1; part < literal.end; part = literals_[part].end)
        written.emplace_back(u32(literals_[part].bits), part);
    std::ranges::sort(written);
    const u32 record = out_.add(ValueKind::record, 0, literal.position);
    auto next = written.begin();
    for (const Field& field : types_.fields(type)) {
        while (next != written.end() && next->first < field.id) next++;
        if (next != written.end() && next->first == field.id)
            TRY(value((next++)->second + 1, field.type));
        else
            TRY(missing_field(index, type, field));
    }
    out_.close(record);
    return {};
}

Fitter::Done Fitter::variant(u32 index, TypeIndex type) {
    const Value& literal = literals_[index];
    if (literal.kind != ValueKind::variant) return mismatch(index, type);
    const Value& field = literals_[index + 1];
    const Field* tag = types_.find(type, u32(field.bits));
    if (!tag)
        return error(index + 1,
                     "no tag " + label_of(field) + " in " + type_text(types_, type, shown_max));
    const u32 variant =
        out_.add(ValueKind::variant, u64(tag - types_.fields(type).data()), literal.position);
    TRY(value(index + 2, tag->type));
    out_.close(variant);
    return {};
}

Fitter::Done Fitter::func(u32 index) {
    const u32 func = out_.size();
    copy(index, ValueKind::func);
    copy(index + 1, ValueKind::text);
    out_.close(func);
    return {};
}

}  // namespace

Result<Values, ValueError> fit(std::string_view source, const Literals& literals,
                               const Types& types, std::span<const Field> expected) {
    const size_t given = literals.arguments.size();
    if (given > expected.size())
        return std::unexpected(text_error(
            source, literals.values[literals.arguments[expected.size()]].position,
            "too many arguments: " + arguments_text(types, expected, shown_max) + " takes " +
                std::to_string(expected.size()) + ", " + std::to_string(given) + " given"));
    Values out;
    Fitter fitter(source, literals.values, types, out);
    for (size_t i = 0; i < expected.size(); i++) {
        if (i < given) {
            TRY(fitter.value(literals.arguments[i], expected[i].type));
        } else if (accepts_null(types, expected[i].type)) {
            out.add(ValueKind::null);
        } else {
            return std::unexpected(text_error(
                source, u32(source.size()),
                "too few arguments: " + arguments_text(types, expected, shown_max) + " takes " +
                    std::to_string(expected.size()) + ", " + std::to_string(given) + " given"));
        }
    }
    return out;
}

}  // namespace icvm::replica::candid
