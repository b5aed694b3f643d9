#pragma once

#include <cstring>

#include "vm/exec/dispatch.hpp"
#include "vm/runtime/object_heap.hpp"

/// Fields of structures and elements of arrays, between an object and slots (Wasm 4.4.7).

namespace icvm::vm {

/// What a v128 takes in an object and in slots.
struct VectorField {
    u64 halves[2];
};

/// Reads a field of type T; narrow signed ones are extended to 32 bits.
template <class T>
ICVM_INLINE void load_field(u64* slot, const u8* field) {
    T value;
    std::memcpy(&value, field, sizeof value);
    if constexpr (std::is_same_v<T, VectorField>)
        std::memcpy(slot, &value, sizeof value);
    else if constexpr (std::is_signed_v<T>)
        *slot = u32(i32(value));
    else
        *slot = value;
}

/// Writes a field of type T: what is narrower than the slot loses its upper bits.
template <class T>
ICVM_INLINE void store_field(u8* field, const u64* slot) {
    if constexpr (std::is_same_v<T, VectorField>) {
        std::memcpy(field, slot, sizeof(T));
    } else {
        const T value = T(*slot);
        std::memcpy(field, &value, sizeof value);
    }
}

/// Calls `body` with a value of the type that stores a field of `type`.
template <class Body>
void with_stored_type(ValueType type, const Body& body) {
    switch (type.code()) {
        case types::i8.code(): return body(u8{});
        case types::i16.code(): return body(u16{});
        case types::i32.code():
        case types::f32.code(): return body(u32{});
        case types::v128.code(): return body(VectorField{});
        default: return body(u64{});
    }
}

/// Whether `length` from `first` on lie within `size`.
constexpr bool is_within(u64 first, u64 length, u64 size) {
    return first <= size && length <= size - first;
}

/// The roots of the execution are found by its registers: before whatever may collect.
inline void save_registers(const Registers& r) { state_of(r.control).registers = r; }

/// In the last cell of instructions that make or change many fields.
inline const RuntimeType& type_at(const Registers& r, u32 cell) {
    return *reinterpret_cast<const RuntimeType*>(r.pc[cell]);
}

}  // namespace icvm::vm
