#pragma once

#include "vm/exec/dispatch.hpp"
#include "vm/exec/numeric.hpp"

namespace icvm::vm {

/// The argument types of what an instruction computes.
template <class F>
struct Arguments : Arguments<decltype(&F::operator())> {};
template <class F, class R, class A>
struct Arguments<R (F::*)(A) const> {
    using First = A;
    using Second = void;
};
template <class F, class R, class A, class B>
struct Arguments<R (F::*)(A, B) const> {
    using First = A;
    using Second = B;
};
template <auto f>
using FirstOf = typename Arguments<std::remove_const_t<decltype(f)>>::First;
template <auto f>
using SecondOf = typename Arguments<std::remove_const_t<decltype(f)>>::Second;

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T, TrapReason>> : std::true_type {};

/// Writes a result to the destination slot and goes on, or traps.
template <u32 cells, class T>
ICVM_INLINE Step conclude(Registers& r, const T& result) {
    if constexpr (IsResult<T>::value) {
        if (!result) [[unlikely]]
            return trap(result.error());
        slot(r, field16(r, 0)) = to_bits(*result);
    } else {
        slot(r, field16(r, 0)) = to_bits(result);
    }
    r.pc += cells;
    return Step::next;
}

template <auto f>
struct Unary {
    ICVM_INLINE Step run(Registers& r) {
        return conclude<2>(r, f(from_bits<FirstOf<f>>(slot(r, field16(r, 1)))));
    }
};

template <class T>
inline constexpr u32 immediate_cells = std::is_same_v<T, f64> ? 1 : 0;

template <auto f, From left, From right>
struct Binary {
    using A = FirstOf<f>;
    using B = SecondOf<f>;
    static constexpr bool in_slots = left == From::slot && right == From::slot;

    ICVM_INLINE Step run(Registers& r) {
        A a;
        B b;
        if constexpr (left == From::slot)
            a = from_bits<A>(slot(r, field16(r, 1)));
        else
            a = immediate<A>(r, 2);
        if constexpr (right == From::slot)
            b = from_bits<B>(slot(r, field16(r, in_slots ? 2 : 1)));
        else
            b = immediate<B>(r, 2);
        return conclude<2 + (in_slots ? 0 : immediate_cells<A>)>(r, f(a, b));
    }
};

/// A comparison fused with a branch; back to a loop it checks the budget.
template <auto f, From right, bool back>
struct Branch {
    using A = FirstOf<f>;

    ICVM_INLINE Step run(Registers& r) {
        const A a = from_bits<A>(slot(r, field16(r, 0)));
        A b;
        if constexpr (right == From::slot)
            b = from_bits<A>(slot(r, field16(r, 1)));
        else
            b = immediate<A>(r, 3);
        if (f(a, b)) {
            follow(r, r.pc + 2);
            if (back && r.budget < 0) [[unlikely]]
                return Step::paused;
            return Step::taken;
        }
        r.pc += 3 + (right == From::slot ? 0 : immediate_cells<A>);
        return Step::next;
    }
};

/// The type family that shards of numeric handlers are split by.
template <class T>
using FamilyOf = std::conditional_t<std::is_floating_point_v<T>, T,
                                    std::conditional_t<sizeof(T) == 4, u32, u64>>;

/// Puts the handlers of a numeric instruction whose first operand is of that family.
template <class Family, auto f>
void put_numeric(Handlers& handlers, Operation first) {
    if constexpr (std::is_same_v<FamilyOf<FirstOf<f>>, Family>) {
        if constexpr (std::is_void_v<SecondOf<f>>) {
            handlers.put<Unary<f>>(first);
        } else {
            handlers.put<Binary<f, From::slot, From::slot>>(first);
            handlers.put<Binary<f, From::slot, From::immediate>>(form_of(first, 1));
            handlers.put<Binary<f, From::immediate, From::slot>>(form_of(first, 2));
        }
    }
}

template <class Family>
void put_numeric_family(Handlers& handlers) {
#define WASM_NUMERIC(code, id, ...) put_numeric<Family, numeric::id>(handlers, Operation::id);
#include "vm/wasm/opcode.def"
}

template <class Family, auto f>
void put_branch(Handlers& handlers, Operation first) {
    if constexpr (std::is_same_v<FamilyOf<FirstOf<f>>, Family>) {
        handlers.put<Branch<f, From::slot, false>>(first);
        handlers.put<Branch<f, From::immediate, false>>(form_of(first, 1));
        handlers.put<Branch<f, From::slot, true>>(form_of(first, 2));
        handlers.put<Branch<f, From::immediate, true>>(form_of(first, 3));
    }
}

template <class Family>
void put_branch_family(Handlers& handlers) {
#define CODE_BRANCH(id, inverse, swapped) \
    put_branch<Family, numeric::id>(handlers, Operation::branch_##id);
#define CODE_BRANCH_NOT(id, inverse, swapped) CODE_BRANCH(id, inverse, swapped)
#include "vm/compile/code.def"
}

}  // namespace icvm::vm
