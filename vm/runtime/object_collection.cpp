/// How the heap of objects is collected: marking from the roots, then sweeping.

#include <cstring>
#include <new>

#include "vm/runtime/instance.hpp"
#include "vm/runtime/object_heap_state.hpp"
#include "vm/runtime/poison.hpp"

namespace icvm::vm {

namespace {

/// Of an object that is alive, and whose references are still to be followed.
constexpr u8 mark_unfollowed = 0x80;
/// Elements of an array that are followed at a time: an array takes one entry of the stack.
constexpr u64 elements_at_once = 128;
/// Roots are visited at each collection: so much is allocated for each of them before.
constexpr u64 allocated_bytes_per_root = 8;

u64 object_bytes(const Object& object) {
    switch (object.kind) {
        case Object::Kind::structure: return sizeof(Object) + object.type->bytes;
        case Object::Kind::array: return sizeof(Object) + u64(object.type->bytes) * object.length;
        case Object::Kind::exception: return sizeof(Object) + u64(object.length) * sizeof(u64);
    }
    return sizeof(Object);
}

bool may_hold_references(const Object& object) {
    return object.kind == Object::Kind::exception ? object.length != 0
                                                  : !object.type->references.empty();
}

u64 reference_at(const Object& object, u64 offset) {
    u64 reference;
    std::memcpy(&reference, object.content() + offset, sizeof reference);
    return reference;
}

}  // namespace

Marking::Marking(ObjectHeap::State& heap)
    : heap_(heap), stack_(heap.mark_stack.get()), entries_max_(mark_stack_entries_max) {
    if (stack_) return;
    stack_ = heap.small_mark_stack.data();
    entries_max_ = u32(heap.small_mark_stack.size());
}

void Marking::reach(u64 reference) {
    if (!references::is_object(reference) || !heap_.pages.contains(reference)) return;
    Object& object = *reinterpret_cast<Object*>(reference);
    if ((object.mark & u8(~mark_unfollowed)) == heap_.mark) return;
    object.mark = heap_.mark;
    bytes_alive_ += rounded_object_bytes(object_bytes(object));
    if (may_hold_references(object)) resume(object);
}

void Marking::resume(Object& object) {
    if (pending_ < entries_max_) {
        stack_[pending_++] = {&object, 0};
    } else {
        object.mark |= mark_unfollowed;
        overflowed_ = true;
    }
}

void Marking::follow() {
    while (pending_ > 0) scan(stack_[--pending_]);
}

void Marking::scan(MarkEntry entry) {
    const Object& object = *entry.object;
    if (object.kind == Object::Kind::array) return scan_array(entry);
    if (object.kind == Object::Kind::structure) {
        for (const u32 offset : object.type->references) reach(reference_at(object, offset));
        return;
    }
    u64 offset = 0;
    for (const ValueType type : object.tag->type->function.parameters) {
        if (type.is_reference()) reach(reference_at(object, offset));
        offset += type.slots() * sizeof(u64);
    }
}

void Marking::scan_array(MarkEntry entry) {
    const Object& object = *entry.object;
    const u64 end = std::min<u64>(object.length, entry.next + elements_at_once);
    // The stack has room: the entry was just taken from it.
    if (end < object.length) stack_[pending_++] = {entry.object, end};
    for (u64 i = entry.next; i < end; i++) reach(reference_at(object, i * sizeof(u64)));
}

void Marking::finish() {
    const auto resume_unfollowed = [&](u8* cell) {
        if (!(read_poisoned(cell + mark_offset) & mark_unfollowed)) return;
        Object& object = *reinterpret_cast<Object*>(cell);
        object.mark = heap_.mark;
        resume(object);
        follow();
    };
    while (overflowed_) {
        overflowed_ = false;
        for (const CellBlock& block : heap_.blocks)
            for (u32 i = 0; i < block.cells(); i++) resume_unfollowed(heap_.cell_at(block, i));
        for (const PageRun& run : heap_.large) resume_unfollowed(heap_.pages.address_of(run.first));
    }
}

void ObjectHeap::State::collect() {
    if (!mark_stack) mark_stack.reset(new (std::nothrow) MarkEntry[mark_stack_entries_max]);
    collections++;
    mark = u8(3 - mark);
    Marking marking(*this);
    for (const RootSource* source : sources) source->visit_roots(marking);
    marking.finish();
    sweep();
    used_bytes = marking.bytes_alive();
    const u64 growth = std::max(
        {allocated_bytes_min, used_bytes, marking.references_visited() * allocated_bytes_per_root});
    collect_at = growth > options.bytes_max - used_bytes ? options.bytes_max : used_bytes + growth;
    pages.shrink_free(growth);
}

void ObjectHeap::State::sweep() {
    std::erase_if(blocks, [&](CellBlock& block) { return sweep(block); });
    std::erase_if(large, [&](const PageRun& run) { return sweep(run); });
    for (auto& of_class : available) of_class.clear();
    for (size_t i = blocks.size(); i > 0; i--)
        if (const CellBlock& block = blocks[i - 1]; block.free > 0)
            available[cell_class(block.cell_bytes)].push_back(u32(i - 1));
}

/// Whether nothing in it is alive; then it is given back.
bool ObjectHeap::State::sweep(CellBlock& block) {
    block.free = block.cursor = 0;
    for (u32 i = 0; i < block.cells(); i++) {
        u8* const cell = cell_at(block, i);
        const u8 found = read_poisoned(cell + mark_offset);
        if (found == mark) continue;
        block.free++;
        if (found == 0) continue;
        cell[mark_offset] = 0;
        poison(cell, block.cell_bytes);
    }
    if (block.free < block.cells()) return false;
    block.run.zero = false;
    pages.give_back(block.run);
    return true;
}

bool ObjectHeap::State::sweep(const PageRun& large_object) {
    u8* const begin = pages.address_of(large_object.first);
    if (begin[mark_offset] == mark) return false;
    poison(begin, u64(large_object.pages) * PageRuns::bytes_of_page);
    pages.give_back({large_object.first, large_object.pages, false});
    return true;
}

}  // namespace icvm::vm
