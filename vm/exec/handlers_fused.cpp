/// Fused instructions beside those of handlers_fused.hpp: additions to globals.

#include "vm/exec/handlers_fused.hpp"

#include "vm/exec/calls.hpp"

namespace icvm::vm {

namespace {

/// A step of many hashes.
template <Place d, Place a, Place b>
struct XorAndMultiply {
    static constexpr bool exists = a <= b;
    ICVM_INLINE Step run(Registers& r) {
        return conclude<d, 3>(r, (read<a>(r, 1) ^ read<b>(r, 2)) * r.pc[2]);
    }
};

template <Place d, Place a>
struct ShiftAndWrap {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) {
        return conclude<d, 2>(r, u32(numeric::i64_shr_u(read_as<a, u64>(r, 1), field32(r, 1))));
    }
};

ICVM_INLINE u64& global(const Registers& r, u32 half) {
    return r.instance->global_cells[field32(r, half)];
}

/// What moves the stack pointer that compilers keep in a global.
template <auto add>
struct GlobalStep {
    using T = FirstOf<add>;

    template <Place d>
    struct GetAdd {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude<d, 3>(r, add(from_bits<T>(global(r, 1)), half_as<T>(r, 2)));
        }
    };
    template <Place d>
    struct GetAddSet {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const T sum = add(from_bits<T>(global(r, 1)), half_as<T>(r, 2));
            global(r, 3) = to_bits(sum);
            return conclude<d, 3>(r, sum);
        }
    };
    template <Place a>
    struct AddSet {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            global(r, 1) = to_bits(add(read_as<a, T>(r, 0), half_as<T>(r, 2)));
            r.pc += 3;
            return Step::next;
        }
    };
    template <Place a>
    struct AddSetReturn {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            global(r, 1) = to_bits(add(read_as<a, T>(r, 0), half_as<T>(r, 2)));
            return pop_frame(r, i32(field32(r, 3)));
        }
    };
    template <Place a, Place b>
    struct AddSetReturnSlot {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            global(r, 1) = to_bits(add(read_as<a, T>(r, 0), half_as<T>(r, 2)));
            r.fp[0] = read<b>(r, 1);
            return pop_frame(r, i32(field32(r, 3)));
        }
    };

    static void put(Handlers& handlers, Operation get_add, Operation get_add_set,
                    Operation add_set) {
        using enum File;
        handlers.put_forms<GetAdd, integer>(get_add);
        handlers.put_forms<GetAddSet, integer>(get_add_set);
        handlers.put_forms<AddSet, integer>(add_set);
        handlers.put_forms<AddSetReturn, integer>(form_of(add_set, 1));
        handlers.put_forms<AddSetReturnSlot, integer, any>(form_of(add_set, 2));
    }
};

}  // namespace

void put_fused_handlers(Handlers& handlers) {
    using enum File;
#define CODE_GLOBAL_STEP(type)                                                         \
    GlobalStep<numeric::type##_add>::put(handlers, Operation::global_get_##type##_add, \
                                         Operation::global_##type##_add,               \
                                         Operation::type##_add_global_set);
#include "vm/code/code.def"
    handlers.put_forms<XorAndMultiply, integer, integer, integer>(Operation::i64_xor_mul_sI);
    handlers.put_forms<ShiftAndWrap, integer, integer>(Operation::i64_shr_u_wrap_i);
}

}  // namespace icvm::vm
