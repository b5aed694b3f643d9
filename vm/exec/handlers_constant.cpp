/// Instructions with constants that have cells of their own. A constant is otherwise moved to a
/// slot first: 0.6 % of what programs execute before a select, 0.75 % before an operation on i64.

#include "vm/exec/dispatch.hpp"
#include "vm/exec/numeric.hpp"

namespace icvm::vm {

namespace {

/// d = c ? a : constant, or the other way round.
template <bool constant_first>
struct SelectConstant {
    template <Place d, Place a, Place c>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const u64 value = read<a>(r, 1);
            const bool first = u32(read<c>(r, 2)) != 0;
            write<d>(r, 0, first == constant_first ? r.pc[2] : value);
            r.pc += 3;
            return Step::next;
        }
    };
};

template <Place d, Place c>
struct SelectConstants {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) {
        write<d>(r, 0, u32(read<c>(r, 1)) != 0 ? r.pc[2] : r.pc[3]);
        r.pc += 4;
        return Step::next;
    }
};

template <auto f>
struct WithConstant {
    template <Place d, Place a>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            write<d>(r, 0, f(read<a>(r, 1), r.pc[2]));
            r.pc += 3;
            return Step::next;
        }
    };
};

}  // namespace

void put_constant_handlers(Handlers& handlers) {
    constexpr File integer = File::integer;
    handlers.put_forms<SelectConstant<false>::At, integer, integer, integer>(Operation::select_sI);
    handlers.put_forms<SelectConstant<true>::At, integer, integer, integer>(Operation::select_Is);
    handlers.put_forms<SelectConstants, integer, integer>(Operation::select_II);
    handlers.put_forms<WithConstant<numeric::i64_add>::At, integer, integer>(Operation::i64_add_sI);
    handlers.put_forms<WithConstant<numeric::i64_mul>::At, integer, integer>(Operation::i64_mul_sI);
    handlers.put_forms<WithConstant<numeric::i64_and>::At, integer, integer>(Operation::i64_and_sI);
    handlers.put_forms<WithConstant<numeric::i64_or>::At, integer, integer>(Operation::i64_or_sI);
    handlers.put_forms<WithConstant<numeric::i64_xor>::At, integer, integer>(Operation::i64_xor_sI);
}

}  // namespace icvm::vm
