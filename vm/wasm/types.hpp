#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// A heap type (Wasm 2.3.3): an abstract one by its code in the binary format, or a defined type by
/// its index: in the module's types, or, in what a store holds, by its TypeNumber (then two types
/// are equal when their bits are).
struct HeapType {
    static constexpr u32 abstract = 0x80'0000;
    u32 bits = 0;  ///< 24 of them

    static constexpr HeapType of_code(u8 code) { return {abstract | code}; }
    static constexpr HeapType of_index(u32 index) { return {index}; }
    constexpr bool is_index() const { return bits < abstract; }
    constexpr u32 index() const { return bits; }
    constexpr u8 code() const { return is_index() ? 0 : u8(bits); }
    friend constexpr bool operator==(HeapType, HeapType) = default;
};

namespace heap_types {
inline constexpr HeapType any = HeapType::of_code(0x6E), eq = HeapType::of_code(0x6D),
                          i31 = HeapType::of_code(0x6C), structure = HeapType::of_code(0x6B),
                          array = HeapType::of_code(0x6A), none = HeapType::of_code(0x71),
                          function = HeapType::of_code(0x70), no_function = HeapType::of_code(0x73),
                          external = HeapType::of_code(0x6F), no_external = HeapType::of_code(0x72),
                          exception = HeapType::of_code(0x69),
                          no_exception = HeapType::of_code(0x74);
/// Below all others: of a reference that unreachable code gives (Wasm 3.1.1).
inline constexpr HeapType bottom = HeapType::of_code(0);
}  // namespace heap_types

/// A value type (Wasm 2.3): the low byte is the code of the binary format (a reference has one of
/// the two that a heap type follows), the upper 24 bits are the heap type.
struct ValueType {
    u32 bits = 0;
    static constexpr u8 nullable_code = 0x63, non_nullable_code = 0x64;

    static constexpr ValueType reference(HeapType heap, bool nullable) {
        return {heap.bits << 8 | (nullable ? nullable_code : non_nullable_code)};
    }
    friend constexpr bool operator==(ValueType, ValueType) = default;
    constexpr u8 code() const { return u8(bits); }
    constexpr bool is_reference() const {
        return code() == nullable_code || code() == non_nullable_code;
    }
    constexpr bool is_nullable() const { return code() == nullable_code; }
    constexpr HeapType heap_type() const { return {bits >> 8}; }
    constexpr bool is_number() const { return bits - 0x7C <= 0x7F - 0x7C; }
    /// i8 or i16: of a field only (Wasm 2.3.8).
    constexpr bool is_packed() const { return code() == 0x78 || code() == 0x77; }
    /// Has a default value, so that a local of it needs no initialization (Wasm 3.1.3).
    constexpr bool is_defaultable() const { return code() != non_nullable_code; }
    /// 64-bit slots that a value of this type takes.
    constexpr u32 slots() const { return code() == 0x7B ? 2 : 1; }
};

namespace types {
inline constexpr ValueType i32{0x7F}, i64{0x7E}, f32{0x7D}, f64{0x7C}, v128{0x7B};
inline constexpr ValueType i8{0x78}, i16{0x77};
inline constexpr ValueType funcref = ValueType::reference(heap_types::function, true),
                           externref = ValueType::reference(heap_types::external, true),
                           anyref = ValueType::reference(heap_types::any, true),
                           exnref = ValueType::reference(heap_types::exception, true);
/// Bottom: what the validator finds below unreachable code (Wasm 3.3).
inline constexpr ValueType unknown{0};
}  // namespace types

/// "i32", "funcref", "(ref null 3)", …
std::string to_string(ValueType type);
/// "func", "3", …
std::string to_string(HeapType type);

struct FunctionType {
    std::vector<ValueType> parameters;
    std::vector<ValueType> results;
    friend bool operator==(const FunctionType&, const FunctionType&) = default;
};

/// Slots that values of these types take together.
u32 slots_of(const std::vector<ValueType>& types);

/// "(i32, i64) -> (f32)"
std::string to_string(const FunctionType& type);

/// A field of a structure, or the elements of an array (Wasm 2.3.8).
struct FieldType {
    ValueType type;  ///< may be packed
    bool is_mutable = false;
    friend constexpr bool operator==(const FieldType&, const FieldType&) = default;
};

enum class CompositeKind : u8 { function, structure, array };

/// A type of the type section (Wasm 2.3.9), one of those of its recursive group.
struct DefinedType {
    CompositeKind kind = CompositeKind::function;
    bool is_final = true;
    std::optional<u32> supertype{};
    FunctionType function{};          ///< of a function
    std::vector<FieldType> fields{};  ///< of a structure; of an array one
    u32 group_first = 0;              ///< index of the first type of the recursive group
    u32 group_size = 1;
};

enum class AddressType : u8 { i32, i64 };

constexpr ValueType value_type(AddressType type) {
    return type == AddressType::i32 ? types::i32 : types::i64;
}

struct Limits {
    u64 minimum = 0;
    u64 maximum = std::numeric_limits<u64>::max();  ///< all ones: none declared
    bool has_maximum = false;
    AddressType address_type = AddressType::i32;
};

struct TableType {
    ValueType element = types::funcref;
    Limits limits;
};

/// Limits in pages of 2^page_bytes_log2 bytes: 16, or 0 with custom page sizes (proposal).
struct MemoryType {
    Limits limits;
    bool shared = false;
    u8 page_bytes_log2 = 16;
};

struct GlobalType {
    ValueType value;
    bool is_mutable = false;
    friend constexpr bool operator==(const GlobalType&, const GlobalType&) = default;
};

inline constexpr u64 wasm_page_bytes = 65536;

}  // namespace icvm::vm
