#pragma once

#include <limits>
#include <string>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// A value type (Wasm 2.3): the low byte is the code of the binary format, the upper 24 bits are
/// kept for the type index of a typed reference.
struct ValueType {
    u32 bits = 0;
    friend constexpr bool operator==(ValueType, ValueType) = default;
    constexpr u8 code() const { return u8(bits); }
    constexpr bool is_reference() const { return code() == 0x70 || code() == 0x6F; }
    constexpr bool is_number() const { return code() >= 0x7C && code() <= 0x7F; }
    /// 64-bit slots that a value of this type takes.
    constexpr u32 slots() const { return code() == 0x7B ? 2 : 1; }
};

namespace types {
inline constexpr ValueType i32{0x7F}, i64{0x7E}, f32{0x7D}, f64{0x7C}, v128{0x7B};
inline constexpr ValueType funcref{0x70}, externref{0x6F};
/// Bottom: what the validator finds below unreachable code (Wasm 3.3).
inline constexpr ValueType unknown{0};
}  // namespace types

/// "i32", "funcref", …
std::string to_string(ValueType type);

struct FunctionType {
    std::vector<ValueType> parameters;
    std::vector<ValueType> results;
    friend bool operator==(const FunctionType&, const FunctionType&) = default;
};

/// "(i32, i64) -> (f32)"
std::string to_string(const FunctionType& type);

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

/// Limits in Wasm pages of 64 KiB.
struct MemoryType {
    Limits limits;
    bool shared = false;
};

struct GlobalType {
    ValueType value;
    bool is_mutable = false;
    friend constexpr bool operator==(const GlobalType&, const GlobalType&) = default;
};

inline constexpr u64 wasm_page_bytes = 65536;

}  // namespace icvm::vm
