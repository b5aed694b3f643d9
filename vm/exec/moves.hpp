#pragma once

#include "vm/exec/dispatch.hpp"

/// Moves, and what runs behind one of them in the same handler.

namespace icvm::vm {

template <Place d, Place a>
struct Copy {
    static constexpr bool exists = d != a || d == Place::slot;
    ICVM_INLINE Step run(Registers& r) {
        write<d>(r, 0, read<a>(r, 1));
        r.pc += 2;
        return Step::next;
    }
};

template <Place d>
struct Constant {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) {
        write<d>(r, 0, field32(r, 1));
        r.pc += 2;
        return Step::next;
    }
};

/// Two instructions, one after the other, in one handler (code.def, "sequences"). The cells of the
/// second stand where they would, but for its handler: `pc` is one cell before them.
template <class First, class Second>
struct Sequence : Second {
    ICVM_INLINE Step run(Registers& r) {
        First::run(r);
        r.pc--;
        return Second::run(r);
    }
};

/// `Body` behind a move. Arguments are moved to slots alone.
template <class Body, bool to_slots>
struct BehindMove {
    template <Place d, Place a>
    struct OfCopy : Sequence<Copy<d, a>, Body> {
        static constexpr bool exists = to_slots ? d == Place::slot : Copy<d, a>::exists;
    };
    template <Place d>
    struct OfConstant : Sequence<Constant<d>, Body> {
        static constexpr bool exists = !to_slots || d == Place::slot;
    };

    static void put(Handlers& handlers, Operation of_copy, Operation of_constant) {
        handlers.put_forms<OfCopy, File::integer, File::integer>(of_copy);
        handlers.put_forms<OfConstant, File::integer>(of_constant);
    }
};

}  // namespace icvm::vm
