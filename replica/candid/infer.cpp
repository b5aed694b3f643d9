#include <algorithm>

#include "replica/candid/fit.hpp"

namespace icvm::replica::candid {

namespace {

/// Fields of all types that come of joining others: a vec of variants, each with another tag, makes
/// a new type with every element.
constexpr size_t joined_fields_max = 1'000'000;

class Inference {
public:
    Inference(std::string_view source, const Values& literals, Types& types)
        : source_(source), literals_(literals), types_(types) {}

    Result<TypeIndex, ValueError> type(u32 index);

private:
    Result<TypeIndex, ValueError> elements(u32 index);
    Result<TypeIndex, ValueError> fields(u32 index, TypeKind kind);
    std::optional<TypeIndex> join(TypeIndex a, TypeIndex b);
    std::optional<TypeIndex> join_fields(TypeIndex a, TypeIndex b);

    std::string_view source_;
    const Values& literals_;
    Types& types_;
    size_t joined_fields_ = 0;
};

Result<TypeIndex, ValueError> Inference::type(u32 index) {
    const Value literal = literals_[index];
    switch (literal.kind) {
        case ValueKind::null: return primitive(TypeKind::null);
        case ValueKind::boolean: return primitive(TypeKind::boolean);
        case ValueKind::literal: return primitive(TypeKind::integer);
        case ValueKind::decimals: return primitive(TypeKind::float64);
        case ValueKind::text: return primitive(TypeKind::text);
        case ValueKind::blob: return types_.vec(primitive(TypeKind::nat8));
        case ValueKind::principal: return primitive(TypeKind::principal);
        case ValueKind::service: return types_.add({.kind = TypeKind::service}, {});
        case ValueKind::func: return types_.func({}, {}, 0);
        case ValueKind::some: return types_.opt(TRY(type(index + 1)));
        case ValueKind::vec: return elements(index);
        case ValueKind::record: return fields(index, TypeKind::record);
        case ValueKind::variant: return fields(index, TypeKind::variant);
        default: break;
    }
    return literal.bits == no_type ? type(index + 1) : TypeIndex(literal.bits);
}

Result<TypeIndex, ValueError> Inference::elements(u32 index) {
    TypeIndex common = primitive(TypeKind::empty);
    for (u32 part = index + 1; part < literals_[index].end; part = literals_[part].end) {
        const TypeIndex own = TRY(type(part));
        const auto joined = join(common, own);
        if (!joined)
            return std::unexpected(text_error(
                source_, literals_[part].position,
                "the elements of a vec have one type: the ones before are " +
                    type_text(types_, common, 60) + ", this is " + type_text(types_, own, 60)));
        common = *joined;
    }
    return types_.vec(common);
}

Result<TypeIndex, ValueError> Inference::fields(u32 index, TypeKind kind) {
    std::vector<Field> fields;
    for (u32 part = index + 1; part < literals_[index].end; part = literals_[part].end) {
        const TypeIndex own = TRY(type(part + 1));
        fields.push_back({u32(literals_[part].bits), literals_[part].length, own});
    }
    std::ranges::sort(fields, {}, &Field::id);
    return types_.add({.kind = kind}, fields);
}

/// A type that both are subtypes of, as far as one of the same shape is easily seen.
std::optional<TypeIndex> Inference::join(TypeIndex a, TypeIndex b) {
    a = types_.resolved(a), b = types_.resolved(b);
    const Type ours = types_[a], theirs = types_[b];
    if (a == b || theirs.kind == TypeKind::empty) return a;
    if (ours.kind == TypeKind::empty) return b;
    if (ours.kind == TypeKind::nat && theirs.kind == TypeKind::integer) return b;
    if (ours.kind == TypeKind::integer && theirs.kind == TypeKind::nat) return a;
    if (ours.kind == TypeKind::null) return accepts_null(types_, b) ? b : types_.opt(b);
    if (theirs.kind == TypeKind::null) return accepts_null(types_, a) ? a : types_.opt(a);
    if (ours.kind != theirs.kind) return std::nullopt;
    switch (ours.kind) {
        case TypeKind::opt:
        case TypeKind::vec: {
            const auto element = join(ours.element, theirs.element);
            if (!element) return std::nullopt;
            if (*element == ours.element) return a;
            return types_.add({.kind = ours.kind, .element = *element});
        }
        case TypeKind::record:
        case TypeKind::variant: return join_fields(a, b);
        case TypeKind::func:
        case TypeKind::service: return a;
        default: return std::nullopt;
    }
}

std::optional<TypeIndex> Inference::join_fields(TypeIndex a, TypeIndex b) {
    const TypeKind kind = types_.kind(a);
    std::vector<Field> joined(types_.fields(a).begin(), types_.fields(a).end());
    const std::vector<Field> others(types_.fields(b).begin(), types_.fields(b).end());
    bool changed = false;
    for (const Field& other : others) {
        const auto at = std::ranges::lower_bound(joined, other.id, {}, &Field::id);
        if (at == joined.end() || at->id != other.id) {
            joined.insert(at, other);
            changed = true;
            continue;
        }
        const auto type = join(at->type, other.type);
        if (!type) return std::nullopt;
        changed = changed || *type != at->type;
        at->type = *type;
    }
    const bool same_fields = joined.size() == others.size();
    if (kind == TypeKind::record && !(same_fields && joined.size() == types_.fields(a).size()))
        return std::nullopt;
    if (!changed) return a;
    joined_fields_ += joined.size();
    if (joined_fields_ > joined_fields_max) return std::nullopt;
    return types_.add({.kind = kind}, joined);
}

}  // namespace

Result<std::vector<Field>, ValueError> infer(std::string_view source, const Literals& literals,
                                             Types& types) {
    Inference inference(source, literals.values, types);
    std::vector<Field> fields;
    for (const u32 argument : literals.arguments)
        fields.push_back({.type = TRY(inference.type(argument))});
    return fields;
}

}  // namespace icvm::replica::candid
