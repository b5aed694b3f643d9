#include "replica/candid/coerce.hpp"

#include <optional>

#include "replica/candid/escape.hpp"
#include "replica/candid/subtype.hpp"

namespace icvm::replica::candid {

namespace {

constexpr size_t shown_type_max = 60;

/// Why a value does not fit; made into words only when nobody reads it as null instead.
struct Mismatch {
    enum class Reason : u8 { types, missing_field, tag, too_deep, too_complex, too_many } reason;
    TypeIndex from{}, to{};
    u32 id = 0;
    u32 name = 0;

    bool final() const { return reason >= Reason::too_deep; }
};

class Coercion {
public:
    Coercion(const Values& values, const Types& from, const Types& to, Values& out, OptRules rules)
        : values_(values), from_(from), to_(to), out_(out), rules_(rules), subtyping_(from, to) {}

    Result<void, ValueError> run(u32 index, TypeIndex from, TypeIndex to);

private:
    using Done = Result<void, Mismatch>;

    Done value(u32 index, TypeIndex from, TypeIndex to);
    Done value_within_depth(u32 index, TypeIndex from, TypeIndex to);
    Done opt(u32 index, TypeIndex from, TypeIndex to);
    Done opt_of(u32 index, TypeIndex from, TypeIndex element);
    Done vec(u32 index, TypeIndex from, TypeIndex to);
    Done blob(u32 index, TypeIndex from, TypeIndex to);
    Done record(u32 index, TypeIndex from, TypeIndex to);
    Done variant(u32 index, TypeIndex from, TypeIndex to);
    Done reference(u32 index, TypeIndex from, TypeIndex to);
    void copy(u32 index);
    static Done mismatch(TypeIndex from, TypeIndex to) {
        return std::unexpected(Mismatch{Mismatch::Reason::types, from, to});
    }
    std::string words(const Mismatch& mismatch) const;

    const Values& values_;
    const Types& from_;
    const Types& to_;
    Values& out_;
    OptRules rules_;
    Subtyping subtyping_;
    u32 depth_ = 0;
};

Result<void, ValueError> Coercion::run(u32 index, TypeIndex from, TypeIndex to) {
    const Done done = value(index, from, to);
    if (!done) return std::unexpected(ValueError{0, 0, words(done.error())});
    return {};
}

Coercion::Done Coercion::value(u32 index, TypeIndex from, TypeIndex to) {
    if (depth_ >= value_depth_max)
        return std::unexpected(Mismatch{Mismatch::Reason::too_deep, from, to});
    if (out_.size() >= fitted_values_max)
        return std::unexpected(Mismatch{Mismatch::Reason::too_many, from, to});
    depth_++;
    Done done = value_within_depth(index, from, to);
    depth_--;
    return done;
}

Coercion::Done Coercion::value_within_depth(u32 index, TypeIndex from, TypeIndex to) {
    const TypeKind given = from_.kind(from), wanted = to_.kind(to);
    if (wanted == TypeKind::reserved) return out_.add(ValueKind::null), Done();
    if (wanted == TypeKind::opt) return opt(index, from, to);
    const bool nat_as_int = given == TypeKind::nat && wanted == TypeKind::integer;
    const bool service_as_principal = given == TypeKind::service && wanted == TypeKind::principal;
    if (nat_as_int || service_as_principal) return copy(index), Done();
    if (given != wanted) return mismatch(from, to);
    switch (wanted) {
        case TypeKind::vec: return vec(index, from, to);
        case TypeKind::record: return record(index, from, to);
        case TypeKind::variant: return variant(index, from, to);
        case TypeKind::func:
        case TypeKind::service: return reference(index, from, to);
        case TypeKind::empty:
        case TypeKind::future: return mismatch(from, to);
        default: return copy(index), Done();
    }
}

void Coercion::copy(u32 index) {
    const Value& value = values_[index];
    switch (value.kind) {
        case ValueKind::large:
        case ValueKind::negative:
        case ValueKind::text:
        case ValueKind::blob:
        case ValueKind::principal: out_.add(value.kind, values_.bytes(value)); break;
        default: out_.add(value.kind, value.bits);
    }
}

Coercion::Done Coercion::opt(u32 index, TypeIndex from, TypeIndex to) {
    const TypeIndex element = to_[to].element;
    const TypeKind given = from_.kind(from);
    if (given == TypeKind::null || given == TypeKind::reserved)
        return out_.add(ValueKind::null), Done();
    if (given != TypeKind::opt) {
        if (rules_ == OptRules::strict) return mismatch(from, to);
        return opt_of(index, from, element);
    }
    if (values_[index].kind == ValueKind::null) return out_.add(ValueKind::null), Done();
    return opt_of(index + 1, from_[from].element, element);
}

/// The value as opt, or null when it does not fit.
Coercion::Done Coercion::opt_of(u32 index, TypeIndex from, TypeIndex element) {
    const u32 some = out_.add(ValueKind::some);
    Done done = value(index, from, element);
    if (!done && (done.error().final() || rules_ == OptRules::strict)) return done;
    if (done) {
        out_.close(some);
    } else {
        out_.drop_from(some);
        out_.add(ValueKind::null);
    }
    return {};
}

Coercion::Done Coercion::vec(u32 index, TypeIndex from, TypeIndex to) {
    if (values_[index].kind == ValueKind::blob) return blob(index, from, to);
    const TypeIndex given = from_[from].element, wanted = to_[to].element;
    if (is_blob(to_, to)) {
        // No other type than nat8 is a subtype of nat8, so only no elements at all fit.
        if (values_[index].end != index + 1) return mismatch(given, wanted);
        out_.add(ValueKind::blob, Bytes());
        return {};
    }
    const u32 vec = out_.add(ValueKind::vec);
    for (u32 part = index + 1; part < values_[index].end; part = values_[part].end)
        TRY(value(part, given, wanted));
    out_.close(vec);
    return {};
}

/// A blob, a vec nat8, at any type of vec.
Coercion::Done Coercion::blob(u32 index, TypeIndex, TypeIndex to) {
    if (is_blob(to_, to)) return copy(index), Done();
    const u32 vec = out_.add(ValueKind::vec);
    Values bytes;
    bytes.add(ValueKind::number);
    Coercion byte(bytes, from_, to_, out_, rules_);
    byte.depth_ = depth_;
    for (const u8 content : values_.bytes(values_[index])) {
        bytes[0].bits = content;
        TRY(byte.value(0, primitive(TypeKind::nat8), to_[to].element));
    }
    out_.close(vec);
    return {};
}

Coercion::Done Coercion::record(u32 index, TypeIndex from, TypeIndex to) {
    const auto given = from_.fields(from);
    const u32 record = out_.add(ValueKind::record);
    size_t at = 0;
    u32 part = index + 1;
    for (const Field& wanted : to_.fields(to)) {
        for (; at < given.size() && given[at].id < wanted.id; at++) part = values_[part].end;
        if (at < given.size() && given[at].id == wanted.id) {
            TRY(value(part, given[at].type, wanted.type));
        } else if (accepts_null(to_, wanted.type)) {
            out_.add(ValueKind::null);
        } else {
            return std::unexpected(
                Mismatch{Mismatch::Reason::missing_field, from, to, wanted.id, wanted.name});
        }
    }
    out_.close(record);
    return {};
}

Coercion::Done Coercion::variant(u32 index, TypeIndex from, TypeIndex to) {
    const Field& given = from_.fields(from)[values_[index].bits];
    const Field* wanted = to_.find(to, given.id);
    if (!wanted) return std::unexpected(Mismatch{Mismatch::Reason::tag, from, to, given.id, 0});
    const u32 variant = out_.add(ValueKind::variant, u64(wanted - to_.fields(to).data()));
    TRY(value(index + 1, given.type, wanted->type));
    out_.close(variant);
    return {};
}

Coercion::Done Coercion::reference(u32 index, TypeIndex from, TypeIndex to) {
    switch (subtyping_.check(from, to)) {
        case Subtype::no: return mismatch(from, to);
        case Subtype::too_complex:
            return std::unexpected(Mismatch{Mismatch::Reason::too_complex, from, to});
        case Subtype::yes: break;
    }
    const u32 reference = out_.add(values_[index].kind, values_.bytes(values_[index]));
    if (values_[index].kind == ValueKind::func) copy(index + 1);
    out_.close(reference);
    return {};
}

std::string Coercion::words(const Mismatch& mismatch) const {
    const std::string wanted = type_text(to_, mismatch.to, shown_type_max);
    switch (mismatch.reason) {
        case Mismatch::Reason::missing_field:
            return "the field " +
                   (mismatch.name ? name_text(to_.name(mismatch.name)) : label(mismatch.id)) +
                   " is missing for " + wanted;
        case Mismatch::Reason::tag:
            return "the tag " + label(mismatch.id) + " is none of " + wanted;
        case Mismatch::Reason::too_deep: return "the value is nested too deeply";
        case Mismatch::Reason::too_many:
            return "at the expected types it is more than " + std::to_string(fitted_values_max) +
                   " values";
        case Mismatch::Reason::too_complex:
            return "the types of its references are too complex to compare";
        case Mismatch::Reason::types: break;
    }
    return "expected " + wanted + ", found " + type_text(from_, mismatch.from, shown_type_max);
}

}  // namespace

Result<void, ValueError> coerce(const Values& values, u32 index, const Types& from_types,
                                TypeIndex from, const Types& to_types, TypeIndex to, Values& out,
                                OptRules rules) {
    return Coercion(values, from_types, to_types, out, rules).run(index, from, to);
}

Result<Values, ValueError> coerce_arguments(const Arguments& arguments, const Types& types,
                                            std::span<const Field> expected) {
    Values out;
    Coercion coercion(arguments.values, arguments.types, types, out, OptRules::all);
    u32 index = 0;
    for (size_t i = 0; i < expected.size(); i++) {
        if (i < arguments.fields.size()) {
            TRY(coercion.run(index, arguments.fields[i].type, expected[i].type));
            index = arguments.values[index].end;
        } else if (accepts_null(types, expected[i].type)) {
            out.add(ValueKind::null);
        } else {
            return std::unexpected(
                ValueError{0, 0,
                           "too few values: " + std::to_string(expected.size()) + " expected, " +
                               std::to_string(arguments.fields.size()) + " found"});
        }
    }
    return out;
}

}  // namespace icvm::replica::candid
