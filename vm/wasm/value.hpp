#pragma once

#include <bit>

#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// A value of a number type as its bits, zero-extended; a reference as its 64-bit form
/// (null is 0). v128 takes `high`, too.
struct Value {
    ValueType type;
    u64 bits = 0;
    u64 high = 0;

    static Value i32(u32 value) { return {types::i32, value}; }
    static Value i64(u64 value) { return {types::i64, value}; }
    static Value f32(icvm::f32 value) { return {types::f32, std::bit_cast<u32>(value)}; }
    static Value f64(icvm::f64 value) { return {types::f64, std::bit_cast<u64>(value)}; }
};

/// Bits that come from outside as slots and globals hold them: unguarded accesses rely on the
/// zeros.
constexpr u64 in_slot(ValueType type, u64 bits) {
    return type == types::i32 || type == types::f32 ? u32(bits) : bits;
}

}  // namespace icvm::vm
