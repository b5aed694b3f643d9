#pragma once

#include <bit>

#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// A value of a number type as its bits, zero-extended; a reference as its 64-bit form (see below).
/// v128 takes `high`, too.
struct Value {
    ValueType type;
    u64 bits = 0;
    u64 high = 0;

    static Value i32(u32 value) { return {types::i32, value}; }
    static Value i64(u64 value) { return {types::i64, value}; }
    static Value f32(icvm::f32 value) { return {types::f32, std::bit_cast<u32>(value)}; }
    static Value f64(icvm::f64 value) { return {types::f64, std::bit_cast<u64>(value)}; }
};

/// A reference in 64 bits: 0 is null; of the hierarchy of functions, the address of a
/// FunctionInstance; of exceptions, that of an Object; of `any` and `extern`, which share one form
/// so that their conversions do nothing, by the low bits: 1 an i31, 10 a value of the host, else
/// the address of an Object (vm/runtime/object_heap.hpp).
namespace references {
constexpr u64 i31(u32 value) { return u64(value & 0x7FFF'FFFF) << 1 | 1; }
constexpr bool is_i31(u64 reference) { return (reference & 1) != 0; }
constexpr u32 i31_value(u64 reference) { return u32(reference >> 1); }
/// `value` below 2^62.
constexpr u64 host(u64 value) { return value << 2 | 2; }
constexpr bool is_host(u64 reference) { return (reference & 3) == 2; }
constexpr u64 host_value(u64 reference) { return reference >> 2; }
/// Neither null, nor i31, nor of the host.
constexpr bool is_object(u64 reference) { return reference != 0 && (reference & 3) == 0; }
}  // namespace references

/// Bits that come from outside as slots and globals hold them: unguarded accesses rely on the
/// zeros.
constexpr u64 in_slot(ValueType type, u64 bits) {
    return type == types::i32 || type == types::f32 ? u32(bits) : bits;
}

}  // namespace icvm::vm
