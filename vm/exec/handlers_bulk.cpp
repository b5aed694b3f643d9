/// Memory instructions beside loads and stores.

#include "vm/exec/bulk.hpp"
#include "vm/exec/instantiate.hpp"

namespace icvm::vm {

namespace {

Memory& memory_at(const Registers& r, u32 index) { return *r.instance->memories[index]; }

/// -1 in the memory's or table's address type.
u64 minus_one(AddressType type) { return type == AddressType::i32 ? 0xFFFFFFFF : ~u64(0); }

struct MemorySize {
    ICVM_INLINE Step run(Registers& r) {
        slot(r, field16(r, 0)) = memory_at(r, field32(r, 1)).size();
        r.pc += 2;
        return Step::next;
    }
};

struct MemoryGrow {
    ICVM_INLINE Step run(Registers& r) {
        Memory& memory = memory_at(r, field32(r, 1));
        const u64 size = memory.grow(slot(r, field16(r, 1)));
        slot(r, field16(r, 0)) =
            size == ~u64(0) ? minus_one(memory.type().limits.address_type) : size;
        r.pc += 2;
        return Step::next;
    }
};

struct MemoryFill {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        if (!memory_at(r, bulk_index(r)).fill(o.first, u8(o.second), o.third))
            return trap(TrapReason::memory_out_of_bounds);
        return bulk_done(r);
    }
};

struct MemoryCopy {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        Memory& to = memory_at(r, bulk_index(r));
        if (!to.copy(o.first, memory_at(r, bulk_index2(r)), o.second, o.third))
            return trap(TrapReason::memory_out_of_bounds);
        return bulk_done(r);
    }
};

struct MemoryInit {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        if (!initialize_memory(*r.instance, bulk_index2(r), bulk_index(r), o.first, o.second,
                               o.third))
            return trap(TrapReason::memory_out_of_bounds);
        return bulk_done(r);
    }
};

struct DataDrop {
    ICVM_INLINE Step run(Registers& r) {
        r.instance->data_dropped[field32(r, 1)] = true;
        r.pc += 2;
        return Step::next;
    }
};

}  // namespace

void put_bulk_handlers(Handlers& handlers) {
    handlers.put<MemorySize>(Operation::memory_size);
    handlers.put<MemoryGrow>(Operation::memory_grow);
    handlers.put<MemoryFill>(Operation::memory_fill);
    handlers.put<MemoryCopy>(Operation::memory_copy);
    handlers.put<MemoryInit>(Operation::memory_init);
    handlers.put<DataDrop>(Operation::data_drop);
}

}  // namespace icvm::vm
