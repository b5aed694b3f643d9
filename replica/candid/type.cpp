#include "replica/candid/type.hpp"

#include <algorithm>

namespace icvm::replica::candid {

Types::Types() {
    for (u32 kind = 0; kind < primitive_types; kind++) types_.push_back({.kind = TypeKind(kind)});
}

TypeIndex Types::add(const Type& type) {
    types_.push_back(type);
    return TypeIndex(types_.size() - 1);
}

TypeIndex Types::add(Type type, std::span<const Field> fields) {
    type.first = u32(fields_.size());
    type.count = u32(fields.size()) - type.results;
    fields_.insert(fields_.end(), fields.begin(), fields.end());
    return add(type);
}

TypeIndex Types::func(std::span<const Field> arguments, std::span<const Field> results,
                      u8 annotations) {
    std::vector<Field> fields(arguments.begin(), arguments.end());
    fields.insert(fields.end(), results.begin(), results.end());
    return add({.kind = TypeKind::func, .annotations = annotations, .results = u32(results.size())},
               fields);
}

void Types::replace(TypeIndex type, Type with, std::span<const Field> fields) {
    const TypeIndex filled = add(with, fields);
    types_[u32(type)] = types_[u32(filled)];
    types_.pop_back();
}

TypeIndex Types::declare(std::string_view name) {
    const TypeIndex self = TypeIndex(types_.size());
    return add({.kind = TypeKind::name, .element = self, .name = intern(name)});
}

void Types::define(TypeIndex declared, TypeIndex meaning) {
    types_[u32(declared)].element = meaning;
}

std::optional<TypeIndex> Types::resolve_names() {
    std::vector<TypeIndex> path;
    for (u32 start = primitive_types; start < types_.size(); start++) {
        TypeIndex type{start};
        for (path.clear(); types_[u32(type)].kind == TypeKind::name;) {
            path.push_back(type);
            if (path.size() > types_.size()) return TypeIndex(start);
            type = types_[u32(type)].element;
        }
        for (const TypeIndex name : path) types_[u32(name)].element = type;
    }
    return std::nullopt;
}

u32 Types::intern(std::string_view name) {
    names_.emplace_back(name);
    return u32(names_.size() - 1);
}

std::span<const Field> Types::fields(const Type& type) const {
    return std::span(fields_).subspan(type.first, type.count);
}

std::span<const Field> Types::results(const Type& type) const {
    return std::span(fields_).subspan(type.first + type.count, type.results);
}

const Field* Types::find(TypeIndex type, u32 id) const {
    const auto all = fields(type);
    const auto found = std::ranges::lower_bound(all, id, {}, &Field::id);
    return found != all.end() && found->id == id ? &*found : nullptr;
}

bool accepts_null(const Types& types, TypeIndex type) {
    const TypeKind kind = types.kind(type);
    return kind == TypeKind::null || kind == TypeKind::reserved || kind == TypeKind::opt;
}

bool is_blob(const Types& types, TypeIndex type) {
    const Type& vec = types[type];
    return vec.kind == TypeKind::vec && types.kind(vec.element) == TypeKind::nat8;
}

}  // namespace icvm::replica::candid
