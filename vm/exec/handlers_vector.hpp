#pragma once

#include <tuple>
#include <utility>

#include "vm/exec/handlers_numeric.hpp"
#include "vm/exec/numeric_vector_float.hpp"
#include "vm/exec/vector_slots.hpp"

/// Handlers of vector instructions on operands in slots, made of the meanings in
/// numeric_vector_*.hpp.

namespace icvm::vm {

template <class T>
inline constexpr bool is_vector = sizeof(T) == 16;

/// The operand at field `n`: a vector in two slots, or a scalar.
template <class T>
ICVM_INLINE T vector_operand(const Registers& r, u32 n) {
    if constexpr (is_vector<T>)
        return read_vector<T>(&slot(r, field16(r, n)));
    else
        return from_bits<T>(slot(r, field16(r, n)));
}

/// Writes a result, vector or scalar, to the destination and goes on.
template <u32 cells, class T>
ICVM_INLINE Step conclude_vector(Registers& r, T result) {
    if constexpr (is_vector<T>)
        put_vector(r, result);
    else
        slot(r, field16(r, 0)) = to_bits(result);
    r.pc += cells;
    return Step::next;
}

template <class F>
struct Meaning : Meaning<decltype(&F::operator())> {};
template <class F, class R, class... A>
struct Meaning<R (F::*)(A...) const> {
    template <size_t n>
    using Argument = std::tuple_element_t<n, std::tuple<A..., void, void>>;
    using First = Argument<0>;
    using Second = Argument<1>;
    static constexpr u32 arity = sizeof...(A);

    template <auto f, u32... n>
    ICVM_INLINE R apply(const Registers& r, std::integer_sequence<u32, n...>) {
        return f(vector_operand<A>(r, n + 1)...);
    }
};
template <auto f>
using MeaningOf = Meaning<std::remove_const_t<decltype(f)>>;

template <auto f>
struct Vector {
    ICVM_INLINE Step run(Registers& r) {
        using M = MeaningOf<f>;
        return conclude_vector<2>(
            r, M::template apply<f>(r, std::make_integer_sequence<u32, M::arity>()));
    }
};

/// Whether the first operand's lanes are floating point: the instructions' handlers are in two
/// shards by that.
template <auto f>
constexpr bool is_float() {
    using First = typename MeaningOf<f>::First;
    if constexpr (is_vector<First>)
        return std::is_floating_point_v<numeric::LaneOf<First>>;
    else
        return std::is_floating_point_v<First>;
}

template <bool floats, auto f>
void put_vector_operation(Handlers& handlers, Operation operation) {
    if constexpr (is_float<f>() == floats) handlers.put<Vector<f>>(operation);
}

template <bool floats>
void put_vector_operations(Handlers& handlers) {
#define WASM_VECTOR(code, id, ...) \
    put_vector_operation<floats, numeric::id>(handlers, Operation::id);
#include "vm/wasm/opcode.def"
}

}  // namespace icvm::vm
