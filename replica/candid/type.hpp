#pragma once

/// Types as a table (Candid spec, "Types"): a type is an index, recursion goes through indices.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::replica::candid {

enum class TypeKind : u8 {
    null,
    boolean,
    nat,
    integer,
    nat8,
    nat16,
    nat32,
    nat64,
    int8,
    int16,
    int32,
    int64,
    float32,
    float64,
    text,
    reserved,
    empty,
    principal,  ///< the last primitive type
    opt,
    vec,
    record,
    variant,
    func,
    service,
    future,  ///< only on the wire: a type that this version of the format does not know
    name,    ///< stands for its element; the table follows it by itself
};
constexpr u32 primitive_types = u32(TypeKind::principal) + 1;

enum class Annotation : u8 { query = 1, oneway = 2, composite_query = 4 };

/// A type of one table. Primitive types have the same index in every table: their kind.
enum class TypeIndex : u32 {};
constexpr TypeIndex primitive(TypeKind kind) { return TypeIndex(u32(kind)); }

/// A field of a record or variant, an argument or result of a function, or a method of a service.
struct Field {
    u32 id = 0;    ///< field id; of a method its place in the text; of an argument unused
    u32 name = 0;  ///< 0: none
    TypeIndex type{};
};

struct Type {
    TypeKind kind = TypeKind::null;
    u8 annotations = 0;        ///< of a function: set of Annotation
    TypeIndex element{};       ///< of opt, vec, name
    u32 first = 0, count = 0;  ///< fields, sorted by id; arguments; methods, sorted by name
    u32 results = 0;           ///< of a function: they follow its arguments
    u32 name = 0;              ///< of a type name: the name
};

/// hash(name), the id of a named field (Candid spec, "Symbolic Field Ids").
constexpr u32 field_id(std::string_view name) {
    u32 hash = 0;
    for (const char character : name) hash = hash * 223 + u8(character);
    return hash;
}

class Types {
public:
    Types();

    TypeIndex add(const Type& type);
    TypeIndex add(Type type, std::span<const Field> fields);
    TypeIndex opt(TypeIndex element) { return add({.kind = TypeKind::opt, .element = element}); }
    TypeIndex vec(TypeIndex element) { return add({.kind = TypeKind::vec, .element = element}); }
    TypeIndex func(std::span<const Field> arguments, std::span<const Field> results,
                   u8 annotations);
    /// A name whose meaning is given later by define().
    TypeIndex declare(std::string_view name);
    void define(TypeIndex declared, TypeIndex meaning);
    /// Lets every name point to what it stands for; the first name that stands only for itself.
    std::optional<TypeIndex> resolve_names();
    /// Fills the place of a type that was added before its parts were known.
    void replace(TypeIndex type, Type with, std::span<const Field> fields);

    u32 intern(std::string_view name);
    const std::string& name(u32 index) const { return names_[index]; }

    /// The type, names followed (once they are resolved).
    const Type& operator[](TypeIndex type) const { return types_[u32(resolved(type))]; }
    TypeKind kind(TypeIndex type) const { return (*this)[type].kind; }
    TypeIndex resolved(TypeIndex type) const {
        const Type& written = types_[u32(type)];
        return written.kind == TypeKind::name ? written.element : type;
    }
    const Type& written(TypeIndex type) const { return types_[u32(type)]; }

    /// Fields, methods, or arguments.
    std::span<const Field> fields(const Type& type) const;
    std::span<const Field> fields(TypeIndex type) const { return fields((*this)[type]); }
    std::span<const Field> results(const Type& type) const;
    const Field* find(TypeIndex type, u32 id) const;

    u32 size() const { return u32(types_.size()); }

private:
    std::vector<Type> types_;
    std::vector<Field> fields_;
    std::vector<std::string> names_{1};
};

/// null <: type: a missing value of this type reads as null.
bool accepts_null(const Types& types, TypeIndex type);
bool is_blob(const Types& types, TypeIndex type);

/// The name of a primitive type, as "nat8"; nothing when there is none of that name.
std::optional<TypeKind> primitive_named(std::string_view name);
std::string_view primitive_name(TypeKind kind);
/// A word of the grammar, which names a field or method only in quotes.
bool is_reserved(std::string_view word);
/// The same, or the name of a primitive type: quoted where it is printed.
bool is_keyword(std::string_view word);

/// Longer types are cut off when they are printed: one long name may occur in every method.
constexpr size_t type_text_bytes_max = 4096;

/// A type as text on one line, names not expanded; longer than `length_max` it ends with "…".
std::string type_text(const Types& types, TypeIndex type, size_t length_max = type_text_bytes_max);
/// "(nat, text) -> (nat) query".
std::string function_text(const Types& types, const Type& function,
                          size_t length_max = type_text_bytes_max);
/// "(nat, name : text)".
std::string arguments_text(const Types& types, std::span<const Field> arguments,
                           size_t length_max = type_text_bytes_max);

}  // namespace icvm::replica::candid
