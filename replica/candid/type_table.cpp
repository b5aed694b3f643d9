#include "replica/candid/type_table.hpp"

#include <bit>
#include <limits>
#include <ranges>

#include "replica/candid/wire_code.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica::candid {

namespace {

constexpr u32 none = std::numeric_limits<u32>::max();

/// Calls `visit` with each type that a type is made of, in their order.
template <typename Visit>
void for_each_part(const Types& types, const Type& type, const Visit& visit) {
    if (type.kind == TypeKind::opt || type.kind == TypeKind::vec) return visit(type.element);
    for (const Field& field : types.fields(type)) visit(field.type);
    for (const Field& field : types.results(type)) visit(field.type);
}

void write_text(ByteVector& out, std::string_view text) {
    write_unsigned_leb128(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

TypeTable::TypeTable(const Types& types, std::span<const Field> values)
    : types_(types), values_(values), identities_(types.size(), none), places_(types.size(), none) {
    for (u32 i = 0; i < primitive_types; i++) identities_[i] = i;
    for (const Field& value : values) identify(value.type);
    place();
}

/// Parts before what they are parts of. A type within itself is known by its own number, until it
/// is known as a whole.
void TypeTable::identify(TypeIndex root) {
    struct Visit {
        TypeIndex type;
        bool has_parts;
    };
    std::vector<Visit> visits{{root, false}};
    while (!visits.empty()) {
        const auto [type, has_parts] = visits.back();
        visits.pop_back();
        Identity& identity = identities_[u32(type)];
        if (has_parts) {
            identity = spellings_.try_emplace(spelling(type), identity).first->second;
        } else if (identity == none) {
            identity = u32(type);
            if (types_.written(type).kind != TypeKind::name) visits.push_back({type, true});
            for_each_part(types_, types_[type],
                          [&](TypeIndex part) { visits.push_back({part, false}); });
        }
    }
}

/// All that tells a type from others, its parts by their identities.
std::string TypeTable::spelling(TypeIndex index) const {
    const Type& type = types_[index];
    std::string text;
    const auto add = [&](u32 number) {
        for (int shift = 0; shift < 32; shift += 8) text.push_back(char(number >> shift));
    };
    for (const u32 number : {u32(type.kind), u32(type.annotations), type.count, type.results})
        add(number);
    if (type.kind == TypeKind::record || type.kind == TypeKind::variant)
        for (const Field& field : types_.fields(type)) add(field.id);
    for_each_part(types_, type, [&](TypeIndex part) { add(identities_[u32(part)]); });
    if (type.kind == TypeKind::service)
        for (const Field& method : types_.fields(type)) {
            add(u32(types_.name(method.name).size()));
            text += types_.name(method.name);
        }
    return text;
}

/// Depth first.
void TypeTable::place() {
    std::vector<TypeIndex> waiting, parts;
    for (const Field& value : values_ | std::views::reverse) waiting.push_back(value.type);
    while (!waiting.empty()) {
        const TypeIndex type = waiting.back();
        waiting.pop_back();
        u32& place = places_[identities_[u32(type)]];
        if (place != none || !has_entry(type)) continue;
        place = u32(entries_.size());
        entries_.push_back(type);
        parts.clear();
        for_each_part(types_, types_[type], [&](TypeIndex part) { parts.push_back(part); });
        waiting.insert(waiting.end(), parts.rbegin(), parts.rend());
    }
}

bool TypeTable::has_entry(TypeIndex type) const {
    const TypeKind kind = types_.kind(type);
    return u32(kind) >= primitive_types && kind != TypeKind::future;
}

void TypeTable::write(ByteVector& out) const {
    write_unsigned_leb128(out, entries_.size());
    for (const TypeIndex entry : entries_) definition(out, types_[entry]);
    references(out, values_);
}

void TypeTable::reference(ByteVector& out, TypeIndex type) const {
    if (has_entry(type)) {
        write_signed_leb128(out, places_[identities_[u32(type)]]);
        return;
    }
    // Nothing is known of a future type's values, which is what reserved says.
    const TypeKind kind = types_.kind(type);
    write_signed_leb128(out, primitive_code(kind == TypeKind::future ? TypeKind::reserved : kind));
}

void TypeTable::references(ByteVector& out, std::span<const Field> fields) const {
    write_unsigned_leb128(out, fields.size());
    for (const Field& field : fields) reference(out, field.type);
}
void TypeTable::definition(ByteVector& out, const Type& type) const {
    switch (type.kind) {
        case TypeKind::opt:
        case TypeKind::vec:
            write_signed_leb128(out, type.kind == TypeKind::opt ? opt_code : vec_code);
            reference(out, type.element);
            break;
        case TypeKind::record:
        case TypeKind::variant:
            write_signed_leb128(out, type.kind == TypeKind::record ? record_code : variant_code);
            write_unsigned_leb128(out, type.count);
            for (const Field& field : types_.fields(type)) {
                write_unsigned_leb128(out, field.id);
                reference(out, field.type);
            }
            break;
        case TypeKind::func:
            write_signed_leb128(out, func_code);
            references(out, types_.fields(type));
            references(out, types_.results(type));
            out.push_back(u8(std::popcount(type.annotations)));
            if (type.annotations & u8(Annotation::query)) out.push_back(1);
            if (type.annotations & u8(Annotation::oneway)) out.push_back(2);
            if (type.annotations & u8(Annotation::composite_query)) out.push_back(3);
            break;
        case TypeKind::service:
            write_signed_leb128(out, service_code);
            write_unsigned_leb128(out, type.count);
            for (const Field& method : types_.fields(type)) {
                write_text(out, types_.name(method.name));
                reference(out, method.type);
            }
            break;
        default: CHECK(false);
    }
}

}  // namespace icvm::replica::candid
