#include "vm/exec/guarded_address.hpp"

namespace icvm::vm {

namespace {

/// Stores to guarded memory 0 with 64-bit addresses, in the order of code.def: by an offset, and at
/// a sum (pairs.def).
template <class Narrow, bool tracked>
struct Stores64 {
    using Value = StoredImmediate<Narrow>;

    template <Place a, Place b>
    struct Form : GuardedStore<Narrow, tracked, WithOffset64<a, 0>, StoredPlace<Narrow, b, 1>> {};
    template <Place a>
    struct Immediate : GuardedStore<Narrow, tracked, WithOffset64<a, 0>, Value> {};
    template <Place a, Place b, Place c>
    struct Sum : GuardedStore<Narrow, tracked, Indexed64<b, c, 1>, StoredPlace<Narrow, a, 0>> {};
    template <Place a, Place b>
    struct SumImmediate
        : GuardedStore<Narrow, tracked, IndexedByImmediate64<b, 1>, StoredPlace<Narrow, a, 0>> {};
    template <Place a>
    struct Immediates : GuardedStore<Narrow, tracked, IndexedByImmediate64<a, 0>, Value> {};

    static void put(Handlers& handlers, Operation first) {
        handlers.put_forms<Form, File::integer, File::any>(first);
        handlers.put_forms<Immediate, File::integer>(form_of(first, 1));
    }
    static void put_indexed(Handlers& handlers, Operation first) {
        handlers.put_forms<Sum, File::any, File::integer, File::integer>(first);
        handlers.put_forms<SumImmediate, File::any, File::integer>(form_of(first, 1));
        handlers.put_forms<Immediates, File::integer>(form_of(first, 2));
    }
};

template <class Narrow>
void put_store(Handlers& handlers, Operation first, Operation indexed) {
    Stores64<Narrow, false>::put(handlers, first);
    Stores64<Narrow, true>::put(handlers, form_of(first, 2));
    Stores64<Narrow, false>::put_indexed(handlers, indexed);
    Stores64<Narrow, true>::put_indexed(handlers, form_of(indexed, 3));
}

}  // namespace

void put_store64_handlers(Handlers& handlers) {
    using enum Operation;
    put_store<u8>(handlers, store8_guarded64, store8_guarded64_indexed);
    put_store<u16>(handlers, store16_guarded64, store16_guarded64_indexed);
    put_store<u32>(handlers, store32_guarded64, store32_guarded64_indexed);
    put_store<u64>(handlers, store64_guarded64, store64_guarded64_indexed);
}

}  // namespace icvm::vm
