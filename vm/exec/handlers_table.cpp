#include <algorithm>
#include <cstring>

#include "vm/exec/bulk.hpp"
#include "vm/exec/instantiate.hpp"

namespace icvm::vm {

namespace {

TableInstance& table_at(const Registers& r, u32 index) { return *r.instance->tables[index]; }

bool contains(const TableInstance& table, u64 first, u64 length) {
    return first <= table.size && length <= table.size - first;
}

struct TableGet {
    ICVM_INLINE Step run(Registers& r) {
        const TableInstance& table = table_at(r, field32(r, 1));
        const u64 index = slot(r, field16(r, 1));
        if (index >= table.size) return trap(TrapReason::table_out_of_bounds);
        slot(r, field16(r, 0)) = table.elements[index];
        r.pc += 2;
        return Step::next;
    }
};

struct TableSet {
    ICVM_INLINE Step run(Registers& r) {
        const TableInstance& table = table_at(r, field32(r, 1));
        const u64 index = slot(r, field16(r, 0));
        if (index >= table.size) return trap(TrapReason::table_out_of_bounds);
        table.elements[index] = slot(r, field16(r, 1));
        r.pc += 2;
        return Step::next;
    }
};

struct TableSize {
    ICVM_INLINE Step run(Registers& r) {
        slot(r, field16(r, 0)) = table_at(r, field32(r, 1)).size;
        r.pc += 2;
        return Step::next;
    }
};

struct TableGrow {
    ICVM_INLINE Step run(Registers& r) {
        TableInstance& table = table_at(r, field32(r, 2));
        u64 size = table.grow(slot(r, field16(r, 2)), slot(r, field16(r, 1)));
        if (table.type.limits.address_type == AddressType::i32) size = u32(size);
        slot(r, field16(r, 0)) = size;
        r.pc += 3;
        return Step::next;
    }
};

struct TableFill {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        TableInstance& table = table_at(r, bulk_index(r));
        if (!contains(table, o.first, o.third)) return trap(TrapReason::table_out_of_bounds);
        std::fill_n(table.elements + o.first, o.third, o.second);
        return bulk_done(r);
    }
};

struct TableCopy {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        TableInstance& to = table_at(r, bulk_index(r));
        const TableInstance& from = table_at(r, bulk_index2(r));
        if (!contains(to, o.first, o.third) || !contains(from, o.second, o.third))
            return trap(TrapReason::table_out_of_bounds);
        if (o.third != 0)
            std::memmove(to.elements + o.first, from.elements + o.second, o.third * sizeof(u64));
        return bulk_done(r);
    }
};

struct TableInit {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        if (!initialize_table(*r.instance, bulk_index2(r), bulk_index(r), o.first, o.second,
                              o.third))
            return trap(TrapReason::table_out_of_bounds);
        return bulk_done(r);
    }
};

struct ElemDrop {
    ICVM_INLINE Step run(Registers& r) {
        drop_elements(*r.instance, field32(r, 1));
        r.pc += 2;
        return Step::next;
    }
};

}  // namespace

void put_table_handlers(Handlers& handlers) {
    handlers.put<TableGet>(Operation::table_get);
    handlers.put<TableSet>(Operation::table_set);
    handlers.put<TableSize>(Operation::table_size);
    handlers.put<TableGrow>(Operation::table_grow);
    handlers.put<TableFill>(Operation::table_fill);
    handlers.put<TableCopy>(Operation::table_copy);
    handlers.put<TableInit>(Operation::table_init);
    handlers.put<ElemDrop>(Operation::elem_drop);
}

}  // namespace icvm::vm
