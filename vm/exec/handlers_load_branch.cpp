/// Loads from guarded memory 0, with a branch by what is loaded (code.def, CODE_LOAD_TEST).

#include "vm/exec/guarded_address.hpp"
#include "vm/exec/handlers_fused.hpp"

namespace icvm::vm {

namespace {

template <class Narrow, auto compare, bool back>
struct LoadTest {
    using T = FirstOf<compare>;

    /// Keeps what is loaded at `d`, if it is given.
    template <class Address, Place... d>
    ICVM_INLINE Step load(Registers& r) {
        u64 address, bits;
        if (!Address::find(r, address) || !guarded_load<Narrow, T>(r.memory, address, bits))
            [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        (write<d>(r, 0, bits), ...);
        return branch<back, 4>(r, compare(T(bits), half_as<T>(r, 2)), 3);
    }

    template <Place a>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) { return load<WithOffset<a, 0>>(r); }
    };
    struct AtConstant {
        ICVM_INLINE Step run(Registers& r) { return load<ConstantAddress>(r); }
    };
    template <Place a>
    struct AtSum {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) { return load<IndexedByImmediate<a, 0>>(r); }
    };
    template <Place a>
    struct At64 {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) { return load<WithOffset64<a, 0>>(r); }
    };
    /// All forms exist, for behind a branch no copy can bring the result to another place.
    template <Place d, Place a>
    struct Keeping {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) { return load<WithOffset<a, 1>, d>(r); }
    };

    static void put(Handlers& handlers, Operation first) {
        using enum File;
        handlers.put_forms<At, integer>(first);
        handlers.put<AtConstant>(form_of(first, 1));
        handlers.put_forms<AtSum, integer>(form_of(first, 2));
        handlers.put_forms<At64, integer>(form_of(first, 3));
        handlers.put_forms<Keeping, integer, integer>(form_of(first, 4));
    }
};

}  // namespace

void put_load_branch_handlers(Handlers& handlers) {
#define CODE_LOAD_TEST(load, narrow, compare)                                             \
    LoadTest<narrow, numeric::compare, false>::put(handlers,                              \
                                                   Operation::branch_##load##_##compare); \
    LoadTest<narrow, numeric::compare, true>::put(handlers, Operation::repeat_##load##_##compare);
#include "vm/code/code.def"
}

}  // namespace icvm::vm
