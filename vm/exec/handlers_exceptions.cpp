#include <algorithm>

#include "vm/exec/dispatch.hpp"
#include "vm/exec/fields.hpp"
#include "vm/exec/unwind.hpp"

namespace icvm::vm {

namespace {

struct Throw {
    ICVM_INLINE Step run(Registers& r) {
        const TagInstance& tag = *r.instance->tags[field32(r, 1)];
        const u32 slots = field32(r, 2);
        save_registers(r);
        Object* exception = r.instance->heap->new_exception(tag, slots);
        if (exception == nullptr) return trap(TrapReason::heap_exhausted);
        std::copy_n(&slot(r, field32(r, 0)), slots, reinterpret_cast<u64*>(exception->content()));
        return throw_exception(r, *exception);
    }
};

struct ThrowReference {
    ICVM_INLINE Step run(Registers& r) {
        const u64 reference = slot(r, field16(r, 0));
        if (reference == 0) return trap(TrapReason::null_exception_reference);
        return throw_exception(r, *reinterpret_cast<const Object*>(reference));
    }
};

}  // namespace

void put_exception_handlers(Handlers& handlers) {
    handlers.put<Throw>(Operation::throw_);
    handlers.put<ThrowReference>(Operation::throw_reference);
}

}  // namespace icvm::vm
