#pragma once

/// The codes of types on the wire (Candid spec, "Types" of the binary format).

#include <optional>

#include "replica/candid/type.hpp"

namespace icvm::replica::candid {

constexpr i64 principal_code = -24;
constexpr i64 opt_code = -18, vec_code = -19, record_code = -20, variant_code = -21;
constexpr i64 func_code = -22, service_code = -23;
constexpr std::string_view magic = "DIDL";

/// The other primitive types are -1 to -17 in the order of TypeKind.
constexpr i64 primitive_code(TypeKind kind) {
    return kind == TypeKind::principal ? principal_code : -1 - i64(kind);
}

constexpr std::optional<TypeKind> primitive_of(i64 code) {
    if (code == principal_code) return TypeKind::principal;
    if (code >= 0 || code < primitive_code(TypeKind::empty)) return std::nullopt;
    return TypeKind(-1 - code);
}

static_assert(primitive_code(TypeKind::empty) == -17 && primitive_code(TypeKind::text) == -15);

/// Bytes of a primitive type of fixed size; 0: of no size, or not fixed.
constexpr u32 fixed_size(TypeKind kind) {
    switch (kind) {
        case TypeKind::boolean:
        case TypeKind::nat8:
        case TypeKind::int8: return 1;
        case TypeKind::nat16:
        case TypeKind::int16: return 2;
        case TypeKind::nat32:
        case TypeKind::int32:
        case TypeKind::float32: return 4;
        case TypeKind::nat64:
        case TypeKind::int64:
        case TypeKind::float64: return 8;
        default: return 0;
    }
}

constexpr bool is_signed(TypeKind kind) {
    return kind >= TypeKind::int8 && kind <= TypeKind::int64;
}

}  // namespace icvm::replica::candid
