#include "vm/exec/guarded_address.hpp"

namespace icvm::vm {

namespace {

/// Stores whose address is a sum (pairs.def): of two operands; of one and an immediate; the same
/// with an immediate value.
template <class Narrow, bool tracked>
struct IndexedStores {
    using Value = StoredImmediate<Narrow>;

    template <Place a, Place b, Place c>
    struct Form : GuardedStore<Narrow, tracked, Indexed<b, c, 1>, StoredPlace<Narrow, a, 0>> {};
    template <Place a, Place b>
    struct ByImmediate
        : GuardedStore<Narrow, tracked, IndexedByImmediate<b, 1>, StoredPlace<Narrow, a, 0>> {};
    template <Place a>
    struct Immediates : GuardedStore<Narrow, tracked, IndexedByImmediate<a, 0>, Value> {};

    static void put(Handlers& handlers, Operation first) {
        handlers.put_forms<Form, File::any, File::integer, File::integer>(first);
        handlers.put_forms<ByImmediate, File::any, File::integer>(form_of(first, 1));
        handlers.put_forms<Immediates, File::integer>(form_of(first, 2));
    }
};

template <class Narrow>
void put_indexed_store(Handlers& handlers, Operation first) {
    IndexedStores<Narrow, false>::put(handlers, first);
    IndexedStores<Narrow, true>::put(handlers, form_of(first, 3));
}

}  // namespace

void put_indexed_store_handlers(Handlers& handlers) {
    put_indexed_store<u8>(handlers, Operation::store8_guarded_indexed);
    put_indexed_store<u16>(handlers, Operation::store16_guarded_indexed);
    put_indexed_store<u32>(handlers, Operation::store32_guarded_indexed);
    put_indexed_store<u64>(handlers, Operation::store64_guarded_indexed);
}

}  // namespace icvm::vm
