#pragma once

#include "vm/code/swapped.hpp"
#include "vm/exec/dispatch.hpp"
#include "vm/exec/numeric.hpp"

namespace icvm::vm {

/// The types of what an instruction computes.
template <class F>
struct Arguments : Arguments<decltype(&F::operator())> {};
template <class F, class R, class A>
struct Arguments<R (F::*)(A) const> {
    using Result = R;
    using First = A;
    using Second = void;
};
template <class F, class R, class A, class B>
struct Arguments<R (F::*)(A, B) const> {
    using Result = R;
    using First = A;
    using Second = B;
};
template <auto f>
using FirstOf = typename Arguments<std::remove_const_t<decltype(f)>>::First;
template <auto f>
using SecondOf = typename Arguments<std::remove_const_t<decltype(f)>>::Second;

template <auto f>
using ResultOf = typename Arguments<std::remove_const_t<decltype(f)>>::Result;

template <class T>
struct Plain {
    using Type = T;
    static constexpr bool traps = false;
};
template <class T>
struct Plain<Result<T, TrapReason>> {
    using Type = T;
    static constexpr bool traps = true;
};

/// Writes a result to its place and goes on, or traps.
template <Place d, u32 cells, class T>
ICVM_INLINE Step conclude(Registers& r, const T& result) {
    if constexpr (Plain<T>::traps) {
        if (!result) [[unlikely]]
            return trap(result.error());
        write<d>(r, 0, to_bits(*result));
    } else {
        write<d>(r, 0, to_bits(result));
    }
    r.pc += cells;
    return Step::next;
}

template <Place place, class T>
ICVM_INLINE T read_as(const Registers& r, u32 n) {
    return from_bits<T>(read<place>(r, n));
}

template <class T>
inline constexpr u32 immediate_cells = std::is_same_v<T, f64> ? 1 : 0;

/// Whether a form of two operands is made: of those that give the same when a and b are exchanged,
/// only one is.
template <Operation operation>
constexpr bool ordered(Place a, Place b) {
    if (a == Place::slot && b == Place::slot) return true;
    return swapped(operation) == Operation::none || a <= b;
}

template <auto f>
struct Unary {
    template <Place d, Place a>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude<d, 2>(r, f(read_as<a, FirstOf<f>>(r, 1)));
        }
    };
};

template <auto f, Operation operation>
struct Binary {
    using A = FirstOf<f>;
    using B = SecondOf<f>;

    template <Place d, Place a, Place b>
    struct At {
        static constexpr bool exists = ordered<operation>(a, b);
        ICVM_INLINE Step run(Registers& r) {
            return conclude<d, 2>(r, f(read_as<a, A>(r, 1), read_as<b, B>(r, 2)));
        }
    };
    template <Place d, Place a>
    struct WithImmediate {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude<d, 2 + immediate_cells<A>>(r,
                                                       f(read_as<a, A>(r, 1), immediate<B>(r, 2)));
        }
    };
    template <Place d, Place a>
    struct OfImmediate {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude<d, 2 + immediate_cells<A>>(r,
                                                       f(immediate<A>(r, 2), read_as<a, B>(r, 1)));
        }
    };
};

/// The end of a comparison with a branch; back to a loop it checks the budget.
template <bool back, u32 cells>
ICVM_INLINE Step branch(Registers& r, bool taken, u32 target) {
    if (taken) {
        follow(r, r.pc + target);
        if (back && is_spent(r)) [[unlikely]]
            return Step::paused;
        return Step::taken;
    }
    r.pc += cells;
    return Step::next;
}

/// A comparison fused with a branch.
template <auto f, Operation operation, bool back>
struct Branch {
    using A = FirstOf<f>;

    template <Place a, Place b>
    struct At {
        static constexpr bool commutes = swapped(operation) == operation;
        static constexpr bool exists =
            (a == Place::slot && b == Place::slot) || (commutes ? a < b : a != b);
        ICVM_INLINE Step run(Registers& r) {
            return branch<back, 3>(r, f(read_as<a, A>(r, 0), read_as<b, A>(r, 1)), 2);
        }
    };
    template <Place a>
    struct WithImmediate {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return branch<back, 3 + immediate_cells<A>>(
                r, f(read_as<a, A>(r, 0), immediate<A>(r, 3)), 2);
        }
    };
};

/// The type family that shards of numeric handlers are split by.
template <class T>
using FamilyOf = std::conditional_t<std::is_floating_point_v<T>, T,
                                    std::conditional_t<sizeof(T) == 4, u32, u64>>;

template <auto f>
inline constexpr bool has_float = std::is_floating_point_v<FirstOf<f>> ||
                                  std::is_floating_point_v<typename Plain<ResultOf<f>>::Type>;

/// Which forms are seldom in code that is compiled from other languages: those have slots alone.
constexpr bool takes_registers(Operation operation) {
    switch (operation) {
        case Operation::i32_rotl:
        case Operation::i32_rotr:
        case Operation::i64_rotl:
        case Operation::i64_rotr: return false;
        default: return true;
    }
}
constexpr bool takes_left_immediate(Operation operation) {
    switch (operation) {
        case Operation::i32_sub:
        case Operation::i32_shl:
        case Operation::i64_sub:
        case Operation::i64_shl: return true;
        default: return false;
    }
}

/// All forms of an instruction on integers. Division has few with registers: it takes long.
template <auto f, Operation first>
void put_integer(Handlers& handlers) {
    constexpr File file = File::integer;
    constexpr Place slot = Place::slot;
    if constexpr (std::is_void_v<SecondOf<f>>) {
        handlers.put_forms<Unary<f>::template At, file, file>(first);
    } else {
        using Body = Binary<f, first>;
        if constexpr (takes_registers(first) && !Plain<ResultOf<f>>::traps)
            handlers.put_forms<Body::template At, file, file, file>(first);
        else
            handlers.put<typename Body::template At<slot, slot, slot>>(first);
        handlers.put_forms<Body::template WithImmediate, file, file>(form_of(first, 1));
        if constexpr (takes_left_immediate(first))
            handlers.put_forms<Body::template OfImmediate, file, file>(form_of(first, 2));
        else
            handlers.put<typename Body::template OfImmediate<slot, slot>>(form_of(first, 2));
    }
}

/// Puts the handlers of a numeric instruction on integers, whose first operand is of that family,
/// comparisons or the others.
template <class Family, bool comparisons, auto f, Operation first>
void put_numeric(Handlers& handlers) {
    if constexpr (std::is_same_v<FamilyOf<FirstOf<f>>, Family> &&
                  std::is_same_v<ResultOf<f>, bool> == comparisons && !has_float<f>)
        put_integer<f, first>(handlers);
}

template <class Family, bool comparisons>
void put_numeric_family(Handlers& handlers) {
#define WASM_NUMERIC(code, id, ...) \
    put_numeric<Family, comparisons, numeric::id, Operation::id>(handlers);
#include "vm/wasm/opcode.def"
}

template <class Family, auto f, Operation first>
void put_branch(Handlers& handlers) {
    if constexpr (std::is_same_v<FamilyOf<FirstOf<f>>, Family>) {
        using Forward = Branch<f, first, false>;
        using Back = Branch<f, first, true>;
        constexpr File file = File::integer;
        handlers.put_forms<Forward::template At, file, file>(first);
        handlers.put_forms<Forward::template WithImmediate, file>(form_of(first, 1));
        handlers.put_forms<Back::template At, file, file>(form_of(first, 2));
        handlers.put_forms<Back::template WithImmediate, file>(form_of(first, 3));
    }
}

template <class Family>
void put_branch_family(Handlers& handlers) {
#define CODE_BRANCH(id, inverse, swapped) \
    put_branch<Family, numeric::id, Operation::branch_##id>(handlers);
#define CODE_BRANCH_NOT(id, inverse, swapped) CODE_BRANCH(id, inverse, swapped)
#include "vm/code/code.def"
}

}  // namespace icvm::vm
