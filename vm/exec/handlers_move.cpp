/// Moves between slots, globals and constants.

#include "vm/exec/moves.hpp"

namespace icvm::vm {

namespace {

/// Writes the destination and goes on.
template <u32 cells, Place d = Place::slot>
ICVM_INLINE Step put(Registers& r, u64 bits) {
    write<d>(r, 0, bits);
    r.pc += cells;
    return Step::next;
}

template <Place d, Place a, Place b, Place c>
struct CopyCopy : Sequence<Copy<d, a>, Copy<b, c>> {
    static constexpr bool exists = Copy<d, a>::exists && Copy<b, c>::exists;
};
template <Place d, Place a, Place b>
struct CopyConstant : Sequence<Copy<d, a>, Constant<b>> {
    static constexpr bool exists = Copy<d, a>::exists;
};
template <Place d, Place b>
struct ConstantConstant : Sequence<Constant<d>, Constant<b>> {};
struct CopyWide {
    ICVM_INLINE Step run(Registers& r) {
        slot(r, field32(r, 0)) = slot(r, field32(r, 1));
        r.pc += 2;
        return Step::next;
    }
};
/// Downwards, or apart: the operands of a branch that drops others below them.
struct CopyMany {
    ICVM_INLINE Step run(Registers& r) {
        u64* const to = r.fp + field32(r, 0);
        const u64* const from = r.fp + field32(r, 1);
        const u32 count = field32(r, 2);
        for (u32 n = 0; n < count; n++) to[n] = from[n];
        r.pc += 3;
        return Step::next;
    }
};
template <Place d>
struct Constant64 {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) { return put<3, d>(r, r.pc[2]); }
};
template <Place d, Place a, Place b, Place c>
struct Select {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) {
        const u64 first = read<a>(r, 1);
        const u64 second = read<b>(r, 2);
        return put<2, d>(r, u32(read<c>(r, 3)) != 0 ? first : second);
    }
};

/// A cell of the instance's globals, by index into them or of the global.
struct OwnGlobal {
    ICVM_INLINE u64& cell(const Registers& r) { return r.instance->global_cells[field32(r, 1)]; }
};
struct ImportedGlobal {
    ICVM_INLINE u64& cell(const Registers& r) { return *r.instance->globals[field32(r, 1)]->cell; }
};
template <class Global>
struct GlobalAccess {
    template <Place d>
    struct Get {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) { return put<2, d>(r, Global::cell(r)); }
    };
    template <Place a>
    struct Set {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            Global::cell(r) = read<a>(r, 0);
            r.pc += 2;
            return Step::next;
        }
    };
};
struct RefFunc {
    ICVM_INLINE Step run(Registers& r) {
        return put<2>(r, reinterpret_cast<u64>(r.instance->functions[field32(r, 1)]));
    }
};

}  // namespace

void put_move_handlers(Handlers& handlers) {
    using enum File;
    handlers.put_forms<Copy, any, any>(Operation::copy);
    handlers.put_forms<CopyCopy, integer, integer, integer, integer>(Operation::copy_copy);
    handlers.put_forms<CopyConstant, integer, integer, integer>(Operation::copy_constant);
    handlers.put_forms<ConstantConstant, integer, integer>(Operation::constant_constant);
    handlers.put<CopyWide>(Operation::copy_wide);
    handlers.put<CopyMany>(Operation::copy_many);
    handlers.put_forms<Constant, any>(Operation::constant);
    handlers.put_forms<Constant64, any>(Operation::constant64);
    handlers.put_forms<Select, integer, integer, integer, integer>(Operation::select);
    handlers.put_forms<Select, vector, vector, vector, integer>(Operation::select_float);
    handlers.put_forms<GlobalAccess<OwnGlobal>::Get, any>(Operation::global_get);
    handlers.put_forms<GlobalAccess<ImportedGlobal>::Get, any>(Operation::global_get_imported);
    handlers.put_forms<GlobalAccess<OwnGlobal>::Set, any>(Operation::global_set);
    handlers.put_forms<GlobalAccess<ImportedGlobal>::Set, any>(Operation::global_set_imported);
    handlers.put<RefFunc>(Operation::ref_func);
}

}  // namespace icvm::vm
