#include "vm/exec/guarded_address.hpp"

namespace icvm::vm {

namespace {

/// Of guarded memory 0, by the places of result and address.
template <class Narrow, class Wide>
struct GuardedLoads {
    template <Place d, Place a>
    struct Form : GuardedLoad<Narrow, Wide, d, WithOffset<a, 1>> {};
    template <Place d>
    struct FromConstant : GuardedLoad<Narrow, Wide, d, ConstantAddress> {};
};

/// `far`: of the memory that the instruction names; else of memory 0.
template <class Narrow, class Wide, From address_from, bool far>
struct CheckedLoad {
    ICVM_INLINE Step run(Registers& r) {
        const Memory& memory =
            far ? *r.instance->memories[field32(r, 1)] : *reinterpret_cast<const Memory*>(r.memory);
        const u64 base = address_from == From::slot ? slot(r, field16(r, 1)) : 0;
        u64 address;
        if (!checked_address<Narrow>(memory, base, r.pc[2], address)) [[unlikely]]
            return trap(TrapReason::memory_out_of_bounds);
        slot(r, field16(r, 0)) = plain_load<Narrow, Wide>(memory.base + address);
        r.pc += 3;
        return Step::next;
    }
};

template <class Narrow, class Wide>
void put_load(Handlers& handlers, Operation first) {
    using Guarded = GuardedLoads<Narrow, Wide>;
    handlers.put_forms<Guarded::template Form, File::any, File::integer>(first);
    handlers.put_forms<Guarded::template FromConstant, File::any>(form_of(first, 1));
    handlers.put<CheckedLoad<Narrow, Wide, From::slot, false>>(form_of(first, 2));
    handlers.put<CheckedLoad<Narrow, Wide, From::immediate, false>>(form_of(first, 3));
    handlers.put<CheckedLoad<Narrow, Wide, From::slot, true>>(form_of(first, 4));
}

}  // namespace

void put_load_handlers(Handlers& handlers) {
    put_load<u8, u32>(handlers, Operation::load8_u_guarded);
    put_load<u16, u32>(handlers, Operation::load16_u_guarded);
    put_load<u32, u32>(handlers, Operation::load32_u_guarded);
    put_load<u64, u64>(handlers, Operation::load64_guarded);
    put_load<i8, i32>(handlers, Operation::load8_s32_guarded);
    put_load<i16, i32>(handlers, Operation::load16_s32_guarded);
    put_load<i8, i64>(handlers, Operation::load8_s64_guarded);
    put_load<i16, i64>(handlers, Operation::load16_s64_guarded);
    put_load<i32, i64>(handlers, Operation::load32_s64_guarded);
}

}  // namespace icvm::vm
