#include "vm/exec/guarded_address.hpp"

namespace icvm::vm {

namespace {

/// Loads whose address is a sum (pairs.def).
template <class Narrow, class Wide>
struct IndexedLoads {
    template <Place d, Place a, Place b>
    struct Form : GuardedLoad<Narrow, Wide, d, Indexed<a, b, 1>> {};
    template <Place d, Place a>
    struct ByImmediate : GuardedLoad<Narrow, Wide, d, IndexedByImmediate<a, 1>> {};
};

template <class Narrow, class Wide>
void put_indexed_load(Handlers& handlers, Operation first) {
    using Loads = IndexedLoads<Narrow, Wide>;
    handlers.put_forms<Loads::template Form, File::any, File::integer, File::integer>(first);
    handlers.put_forms<Loads::template ByImmediate, File::any, File::integer>(form_of(first, 1));
}

}  // namespace

void put_indexed_load_handlers(Handlers& handlers) {
    put_indexed_load<u8, u32>(handlers, Operation::load8_u_guarded_indexed);
    put_indexed_load<u16, u32>(handlers, Operation::load16_u_guarded_indexed);
    put_indexed_load<u32, u32>(handlers, Operation::load32_u_guarded_indexed);
    put_indexed_load<u64, u64>(handlers, Operation::load64_guarded_indexed);
    put_indexed_load<i8, i32>(handlers, Operation::load8_s32_guarded_indexed);
    put_indexed_load<i16, i32>(handlers, Operation::load16_s32_guarded_indexed);
}

}  // namespace icvm::vm
