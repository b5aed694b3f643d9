#pragma once

#include "vm/exec/handlers_numeric.hpp"

/// Instructions that do the work of two or three (code.def, "fused"), on integers.

namespace icvm::vm {

/// Half `n` of the operands' cells as an immediate: of 64 bits it is sign-extended.
template <class T>
ICVM_INLINE T half_as(const Registers& r, u32 n) {
    if constexpr (sizeof(T) == 8)
        return T(i64(i32(field32(r, n))));
    else
        return from_bits<T>(field32(r, n));
}

/// The immediate of a chain: a shift's count in the place of a lane, or a cell.
template <class T, bool in_lane>
ICVM_INLINE T chain_immediate(const Registers& r) {
    if constexpr (in_lane)
        return T(field16(r, 3));
    else
        return half_as<T>(r, 2);
}

/// Two binary instructions. The forms are named for where their other operands are.
template <auto f, auto g, bool in_lane, Operation operation>
struct Chain {
    using A = FirstOf<f>;
    using B = SecondOf<f>;
    using M = FirstOf<g>;
    using C = SecondOf<g>;
    static constexpr u32 cells = in_lane ? 2 : 3;

    template <Place d, Place a, Place b>
    struct ImmediateSlot {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const M middle = M(f(read_as<a, A>(r, 1), chain_immediate<B, in_lane>(r)));
            return conclude<d, cells>(r, g(middle, read_as<b, C>(r, 2)));
        }
    };
    template <Place d, Place a, Place b>
    struct SlotImmediate {
        static constexpr bool exists = ordered<operation>(a, b);
        ICVM_INLINE Step run(Registers& r) {
            const M middle = M(f(read_as<a, A>(r, 1), read_as<b, B>(r, 2)));
            return conclude<d, cells>(r, g(middle, chain_immediate<C, in_lane>(r)));
        }
    };
    template <Place d, Place a>
    struct TwoImmediates {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const M middle = M(f(read_as<a, A>(r, 1), half_as<B>(r, 2)));
            return conclude<d, 3>(r, g(middle, half_as<C>(r, 3)));
        }
    };
};

/// An instruction, and a branch by a comparison of its result with an immediate.
template <auto f, auto g, bool back, Operation operation>
struct Test {
    using A = FirstOf<f>;
    using B = SecondOf<f>;
    using M = FirstOf<g>;

    template <Place a>
    struct TwoImmediates {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const M middle = M(f(read_as<a, A>(r, 0), half_as<B>(r, 2)));
            return branch<back, 4>(r, g(middle, half_as<M>(r, 3)), 3);
        }
    };
    template <Place a, Place b>
    struct SlotImmediate {
        static constexpr bool exists = ordered<operation>(a, b);
        ICVM_INLINE Step run(Registers& r) {
            const M middle = M(f(read_as<a, A>(r, 0), read_as<b, B>(r, 1)));
            return branch<back, 3>(r, g(middle, half_as<M>(r, 1)), 2);
        }
    };
    template <Place a>
    struct OneImmediate {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return branch<back, 3>(r, g(M(f(read_as<a, A>(r, 0))), half_as<M>(r, 1)), 2);
        }
    };
};

/// The same where the result is kept. All forms exist, for behind a branch no copy can bring its
/// result to another place; and all operands are read before it is written, for it may get the
/// register of one of them.
template <auto f, auto g, bool back, Operation operation>
struct Advance {
    using A = FirstOf<f>;
    using B = SecondOf<f>;
    using M = FirstOf<g>;

    template <Place d>
    ICVM_INLINE Step run(Registers& r, M result, M right) {
        write<d>(r, 0, to_bits(result));
        return branch<back, 4>(r, g(result, right), 3);
    }

    template <Place d, Place a>
    struct TwoImmediates {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const M result = M(f(read_as<a, A>(r, 1), half_as<B>(r, 2)));
            return Advance::run<d>(r, result, half_as<M>(r, 3));
        }
    };
    template <Place d, Place a, Place b>
    struct ImmediateSlot {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const M right = read_as<b, M>(r, 2);
            return Advance::run<d>(r, M(f(read_as<a, A>(r, 1), half_as<B>(r, 2))), right);
        }
    };
    template <Place d, Place a, Place b>
    struct SlotImmediate {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const M result = M(f(read_as<a, A>(r, 1), read_as<b, B>(r, 2)));
            return Advance::run<d>(r, result, half_as<M>(r, 2));
        }
    };
};

/// Puts all forms if the first instruction is of that family.
template <class Family, auto f, template <Place...> class Form, File... files>
void put_fused(Handlers& handlers, Operation operation) {
    if constexpr (std::is_same_v<FamilyOf<FirstOf<f>>, Family>)
        handlers.put_forms<Form, files...>(operation);
}

// Of the operands column of chains, tests and steps: the name of the form.
#define FORM_is ImmediateSlot
#define FORM_si SlotImmediate
#define FORM_ii TwoImmediates
#define FORM_i OneImmediate
#define FILES_1 File::integer
#define FILES_2 FILES_1, File::integer
#define FILES_3 FILES_2, File::integer
#define CHAIN_FILES_is FILES_3
#define CHAIN_FILES_si FILES_3
#define CHAIN_FILES_ii FILES_2
#define TEST_FILES_si FILES_2
#define TEST_FILES_ii FILES_1
#define TEST_FILES_i FILES_1

template <class Family>
void put_chains(Handlers& handlers) {
#define CODE_CHAIN(id, letters, first, second, operands)                                  \
    put_fused<Family, numeric::first,                                                     \
              Chain<numeric::first, numeric::second, std::string_view(letters)[3] == 'l', \
                    Operation::id>::template FORM_##operands,                             \
              CHAIN_FILES_##operands>(handlers, Operation::id);
#include "vm/code/code.def"
}

template <class Family>
void put_tests(Handlers& handlers) {
#define PUT_TEST(id, first, compare, operands, back)                                           \
    put_fused<                                                                                 \
        Family, numeric::first,                                                                \
        Test<numeric::first, numeric::compare, back, Operation::id>::template FORM_##operands, \
        TEST_FILES_##operands>(handlers, Operation::id);
#define CODE_TEST(id, letters, first, compare, operands)   \
    PUT_TEST(branch_##id, first, compare, operands, false) \
    PUT_TEST(repeat_##id, first, compare, operands, true)
#include "vm/code/code.def"
#undef PUT_TEST
}

template <class Family>
void put_steps(Handlers& handlers) {
#define PUT_STEP(id, first, compare, operands, back)                                              \
    put_fused<                                                                                    \
        Family, numeric::first,                                                                   \
        Advance<numeric::first, numeric::compare, back, Operation::id>::template FORM_##operands, \
        CHAIN_FILES_##operands>(handlers, Operation::id);
#define CODE_STEP(id, letters, first, compare, swapped, operands) \
    PUT_STEP(branch_##id, first, compare, operands, false)        \
    PUT_STEP(repeat_##id, first, compare, operands, true)
#define CODE_STEP_BACK(id, letters, first, compare, swapped, operands) \
    PUT_STEP(repeat_##id, first, compare, operands, true)
#include "vm/code/code.def"
#undef PUT_STEP
}

}  // namespace icvm::vm
