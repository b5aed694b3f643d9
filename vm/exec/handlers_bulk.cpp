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
        const u64 delta = slot(r, field16(r, 1));
        const u64 size = memory.grow(delta);
        const GrowthCheck& check = memory.growth_check;
        if (check.allows && size != ~u64(0) && !check.allows(check.context, size, delta))
            return trap(TrapReason::host);
        slot(r, field16(r, 0)) =
            size == ~u64(0) ? minus_one(memory.type().limits.address_type) : size;
        r.pc += 2;
        return Step::next;
    }
};

/// How many bytes are moved without a call, for which every register would be saved: most of what
/// canisters copy is shorter (bulk: 3 % less time).
constexpr u64 short_bytes_max = 128;

using Piece = std::array<u64, 2>;

template <class T>
ICVM_INLINE T piece_at(const u8* from) {
    T piece;
    std::memcpy(&piece, from, sizeof piece);
    return piece;
}

/// Moves `count` pieces from the start and as many from the end, which may overlap, as may source
/// and destination: all are read before any is written.
template <class T, u32 count>
ICVM_INLINE void move_ends(u8* to, const u8* from, u64 length) {
    const u8* const end = from + length - count * sizeof(T);
    T pieces[2 * count];
    for (u32 n = 0; n < count; n++) pieces[n] = piece_at<T>(from + n * sizeof(T));
    for (u32 n = 0; n < count; n++) pieces[count + n] = piece_at<T>(end + n * sizeof(T));
    std::memcpy(to, pieces, count * sizeof(T));
    std::memcpy(to + length - count * sizeof(T), pieces + count, count * sizeof(T));
}

ICVM_INLINE void move_short(u8* to, const u8* from, u64 length) {
    if (length > 64) return move_ends<Piece, 4>(to, from, length);
    if (length > 32) return move_ends<Piece, 2>(to, from, length);
    if (length >= 16) return move_ends<Piece, 1>(to, from, length);
    if (length >= 8) return move_ends<u64, 1>(to, from, length);
    if (length >= 4) return move_ends<u32, 1>(to, from, length);
    if (length >= 2) return move_ends<u16, 1>(to, from, length);
    if (length == 1) *to = *from;
}

template <class T, u32 count>
ICVM_INLINE void fill_ends(u8* to, u64 bits, u64 length) {
    T pieces[count];
    for (T& piece : pieces) {
        if constexpr (sizeof(T) == 16)
            piece = {bits, bits};
        else
            piece = T(bits);
    }
    std::memcpy(to, pieces, sizeof pieces);
    std::memcpy(to + length - sizeof pieces, pieces, sizeof pieces);
}

ICVM_INLINE void fill_short(u8* to, u8 value, u64 length) {
    const u64 bits = u64(value) * 0x0101010101010101;
    if (length > 64) return fill_ends<Piece, 4>(to, bits, length);
    if (length > 32) return fill_ends<Piece, 2>(to, bits, length);
    if (length >= 16) return fill_ends<Piece, 1>(to, bits, length);
    if (length >= 8) return fill_ends<u64, 1>(to, bits, length);
    if (length >= 4) return fill_ends<u32, 1>(to, bits, length);
    if (length >= 2) return fill_ends<u16, 1>(to, bits, length);
    if (length == 1) *to = value;
}

struct MemoryFillAny {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        if (!memory_at(r, bulk_index(r)).fill(o.first, u8(o.second), o.third))
            return trap(TrapReason::memory_out_of_bounds);
        return bulk_done(r);
    }
};

struct MemoryFill {
    using Slow = MemoryFillAny;

    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        const Memory& memory = memory_at(r, bulk_index(r));
        if (o.third > short_bytes_max || !memory.is_writable_now(o.first, o.third) ||
            !charge_bulk_now(r, o.third))
            return Step::slow;
        fill_short(memory.base + o.first, u8(o.second), o.third);
        return bulk_done(r);
    }
};

struct MemoryCopyAny {
    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        if (const Step step = charge_bulk(r, o.third); step != Step::next) return step;
        Memory& to = memory_at(r, bulk_index(r));
        if (!to.copy(o.first, memory_at(r, bulk_index2(r)), o.second, o.third))
            return trap(TrapReason::memory_out_of_bounds);
        return bulk_done(r);
    }
};

struct MemoryCopy {
    using Slow = MemoryCopyAny;

    ICVM_INLINE Step run(Registers& r) {
        const BulkOperands o = bulk_operands(r);
        const Memory& to = memory_at(r, bulk_index(r));
        const Memory& from = memory_at(r, bulk_index2(r));
        if (o.third > short_bytes_max || !from.is_readable_now(o.second, o.third) ||
            !to.is_writable_now(o.first, o.third) || !charge_bulk_now(r, o.third))
            return Step::slow;
        move_short(to.base + o.first, from.base + o.second, o.third);
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
