#pragma once

#include <tuple>
#include <utility>

#include "vm/exec/handlers_float.hpp"
#include "vm/exec/numeric_vector_float.hpp"
#include "vm/exec/vector_forms.hpp"
#include "vm/exec/vector_slots.hpp"

/// Handlers of vector instructions, made of the meanings in numeric_vector_*.hpp: on operands in
/// slots, and of the frequent ones on operands in registers.

namespace icvm::vm {

template <class T>
inline constexpr bool is_vector = sizeof(T) == 16;

/// The file of operands of a type: integers have r, all else x.
template <class T>
inline constexpr File operand_file = is_vector<T> ? File::vector : file_of<T>;

/// The operand at a place, a vector or a scalar.
template <class T, Place place>
ICVM_INLINE T vector_operand(const Registers& r, u32 n) {
    if constexpr (is_vector<T>)
        return vector_at<T, place>(r, n);
    else
        return value_at<T, place>(r, n);
}

/// Writes a result, vector or scalar, to the destination and goes on.
template <Place d, u32 cells, class T>
ICVM_INLINE Step conclude_vector(Registers& r, T result) {
    if constexpr (is_vector<T>) {
        put_vector<d>(r, 0, result);
    } else if constexpr (std::is_floating_point_v<T>) {
        auto lanes = blank_lanes<T>();
        lanes[0] = result;
        write_lanes<d>(r, lanes);
    } else {
        write<d>(r, 0, to_bits(result));
    }
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
    using Result = R;
    static constexpr u32 arity = sizeof...(A);

    /// On the operands at these places.
    template <auto f, Place... places, u32... n>
    ICVM_INLINE R apply(const Registers& r, std::integer_sequence<u32, n...>) {
        return f(vector_operand<A, places>(r, n + 1)...);
    }
};
template <auto f>
using MeaningOf = Meaning<std::remove_const_t<decltype(f)>>;

/// Whether a register is there twice.
template <Place... places>
constexpr bool repeats_register() {
    const Place all[] = {places...};
    for (size_t n = 0; n < std::size(all); n++)
        for (size_t k = 0; k < n; k++)
            if (all[n] != Place::slot && all[n] == all[k]) return true;
    return false;
}

/// Whether there is a form with operands (without the destination) at these places: not of those
/// that another form can do, or that are no use.
template <Operation operation, Place... places>
constexpr bool has_operands() {
    constexpr size_t count = sizeof...(places);
    if constexpr (count >= 2) {
        constexpr Place all[] = {places...};
        if (all[count - 2] > all[count - 1] && swapped(operation) != Operation::none) return false;
    }
    return !repeats_register<places...>();
}

template <auto f, Operation operation>
struct Vector {
    using M = MeaningOf<f>;

    template <Place d, Place... places>
    struct At {
        static constexpr bool exists = has_operands<operation, places...>();
        ICVM_INLINE Step run(Registers& r) {
            return conclude_vector<d, 2>(
                r, M::template apply<f, places...>(r, std::make_integer_sequence<u32, M::arity>()));
        }
    };
};

template <template <Place...> class Form, Operation operation, File... files>
void put_vector_forms(Handlers& handlers) {
    put_places<has_vector_forms(operation), Form, files...>(handlers, operation);
}

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

template <bool floats, auto f, Operation operation>
void put_vector_operation(Handlers& handlers) {
    using M = MeaningOf<f>;
    if constexpr (is_float<f>() == floats) {
        using Body = Vector<f, operation>;
        [&]<u32... n>(std::integer_sequence<u32, n...>) {
            put_vector_forms<Body::template At, operation, operand_file<typename M::Result>,
                             operand_file<typename M::template Argument<n>>...>(handlers);
        }(std::make_integer_sequence<u32, M::arity>());
    }
}

template <bool floats>
void put_vector_operations(Handlers& handlers) {
#define WASM_VECTOR(code, id, ...) \
    put_vector_operation<floats, numeric::id, Operation::id>(handlers);
#include "vm/wasm/opcode.def"
}

}  // namespace icvm::vm
