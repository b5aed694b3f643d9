#include "vm/exec/guarded_address.hpp"

namespace icvm::vm {

namespace {

/// Loads from guarded memory 0 with 64-bit addresses: by an offset, and at a sum (pairs.def).
template <class Narrow, class Wide>
struct Loads64 {
    template <Place d, Place a>
    struct Form : GuardedLoad<Narrow, Wide, d, WithOffset64<a, 1>> {};
    template <Place d, Place a, Place b>
    struct Sum : GuardedLoad<Narrow, Wide, d, Indexed64<a, b, 1>> {};
    template <Place d, Place a>
    struct SumImmediate : GuardedLoad<Narrow, Wide, d, IndexedByImmediate64<a, 1>> {};
};

template <class Narrow, class Wide>
void put_load(Handlers& handlers, Operation operation) {
    using Loads = Loads64<Narrow, Wide>;
    handlers.put_forms<Loads::template Form, File::any, File::integer>(operation);
}

template <class Narrow, class Wide>
void put_indexed_load(Handlers& handlers, Operation first) {
    using Loads = Loads64<Narrow, Wide>;
    handlers.put_forms<Loads::template Sum, File::any, File::integer, File::integer>(first);
    handlers.put_forms<Loads::template SumImmediate, File::any, File::integer>(form_of(first, 1));
}

}  // namespace

void put_load64_handlers(Handlers& handlers) {
    put_load<u8, u32>(handlers, Operation::load8_u_guarded64);
    put_load<u16, u32>(handlers, Operation::load16_u_guarded64);
    put_load<u32, u32>(handlers, Operation::load32_u_guarded64);
    put_load<u64, u64>(handlers, Operation::load64_guarded64);
    put_load<i8, i32>(handlers, Operation::load8_s32_guarded64);
    put_load<i16, i32>(handlers, Operation::load16_s32_guarded64);
    put_load<i8, i64>(handlers, Operation::load8_s64_guarded64);
    put_load<i16, i64>(handlers, Operation::load16_s64_guarded64);
    put_load<i32, i64>(handlers, Operation::load32_s64_guarded64);
    put_indexed_load<u8, u32>(handlers, Operation::load8_u_guarded64_indexed);
    put_indexed_load<u16, u32>(handlers, Operation::load16_u_guarded64_indexed);
    put_indexed_load<u32, u32>(handlers, Operation::load32_u_guarded64_indexed);
    put_indexed_load<u64, u64>(handlers, Operation::load64_guarded64_indexed);
    put_indexed_load<i8, i32>(handlers, Operation::load8_s32_guarded64_indexed);
    put_indexed_load<i16, i32>(handlers, Operation::load16_s32_guarded64_indexed);
}

}  // namespace icvm::vm
