#include "vm/runtime/object_heap.hpp"

#include <cstddef>
#include <cstring>

#include "vm/runtime/instance.hpp"
#include "vm/runtime/object_heap_state.hpp"
#include "vm/runtime/poison.hpp"

namespace icvm::vm {

static_assert(offsetof(Object, mark) == mark_offset);

ObjectHeap::ObjectHeap(const ObjectHeapOptions& options)
    : state_(std::make_unique<State>(options)) {}
ObjectHeap::~ObjectHeap() = default;

Object* ObjectHeap::new_structure(const RuntimeType& type) {
    Object* const object = state_->allocate(sizeof(Object) + type.bytes);
    if (!object) return nullptr;
    object->type = &type;
    object->kind = Object::Kind::structure;
    return object;
}

Object* ObjectHeap::new_array(const RuntimeType& type, u32 length) {
    Object* const object = state_->allocate(sizeof(Object) + u64(type.bytes) * length);
    if (!object) return nullptr;
    object->type = &type;
    object->length = length;
    object->kind = Object::Kind::array;
    return object;
}

Object* ObjectHeap::new_exception(const TagInstance& tag, u32 slots) {
    Object* const object = state_->allocate(sizeof(Object) + u64(slots) * sizeof(u64));
    if (!object) return nullptr;
    object->tag = &tag;
    object->length = slots;
    object->kind = Object::Kind::exception;
    return object;
}

void ObjectHeap::add_roots(const RootSource& source) { state_->sources.push_back(&source); }

void ObjectHeap::remove_roots(const RootSource& source) {
    auto& sources = state_->sources;
    // The last one first: executions nest.
    for (size_t i = sources.size(); i > 0; i--) {
        if (sources[i - 1] != &source) continue;
        sources.erase(sources.begin() + ptrdiff_t(i - 1));
        return;
    }
}

void ObjectHeap::collect() { state_->collect(); }
u64 ObjectHeap::bytes_alive() const { return state_->used_bytes; }
u64 ObjectHeap::collections() const { return state_->collections; }

// ---- Allocation --------------------------------------------------------------------------------

Object* ObjectHeap::State::allocate(u64 bytes) {
    const u64 rounded = rounded_object_bytes(bytes);
    if (options.stress || rounded > collect_at || used_bytes > collect_at - rounded) [[unlikely]] {
        collect();
        if (rounded > options.bytes_max || used_bytes > options.bytes_max - rounded) return nullptr;
    }
    Object* object = place(bytes);
    if (!object) {
        collect();
        object = place(bytes);
        if (!object) return nullptr;
    }
    used_bytes += rounded;
    object->mark = mark;
    return object;
}

Object* ObjectHeap::State::place(u64 bytes) {
    return bytes <= cell_bytes_max ? take_cell(cell_class(bytes)) : take_pages(bytes);
}

Object* ObjectHeap::State::take_cell(u32 size_class) {
    if (available[size_class].empty() && !add_block(size_class)) return nullptr;
    CellBlock& block = blocks[available[size_class].back()];
    u8* cell = cell_at(block, block.cursor);
    while (read_poisoned(cell + mark_offset) != 0) {
        block.cursor++;
        cell += block.cell_bytes;
    }
    block.cursor++;
    if (--block.free == 0) available[size_class].pop_back();
    unpoison(cell, block.cell_bytes);
    std::memset(cell, 0, block.cell_bytes);
    return reinterpret_cast<Object*>(cell);
}

bool ObjectHeap::State::add_block(u32 size_class) {
    const auto run = pages.take(block_pages);
    if (!run) return false;
    CellBlock block{.run = *run, .cell_bytes = cell_sizes[size_class]};
    block.free = block.cells();
    u8* const begin = pages.address_of(run->first);
    if (!run->zero)
        for (u32 i = 0; i < block.free; i++) write_poisoned(cell_at(block, i) + mark_offset, 0);
    poison(begin, block_bytes);
    available[size_class].push_back(u32(blocks.size()));
    blocks.push_back(block);
    return true;
}

Object* ObjectHeap::State::take_pages(u64 bytes) {
    const u64 wanted = (bytes + PageRuns::bytes_of_page - 1) / PageRuns::bytes_of_page;
    const auto run = pages.take(u32(wanted));
    if (!run) return nullptr;
    u8* const begin = pages.address_of(run->first);
    unpoison(begin, bytes);
    if (!run->zero) std::memset(begin, 0, bytes);
    large.push_back(*run);
    return reinterpret_cast<Object*>(begin);
}

// ---- Kinds of references -----------------------------------------------------------------------

ReferenceKind kind_of(u64 reference) {
    if (reference == 0) return ReferenceKind::null;
    if (references::is_i31(reference)) return ReferenceKind::i31;
    if (references::is_host(reference)) return ReferenceKind::host;
    return reinterpret_cast<const Object*>(reference)->kind == Object::Kind::array
               ? ReferenceKind::array
               : ReferenceKind::structure;
}

namespace {

bool is_instance_of(u64 reference, const RuntimeType& type) {
    if (type.kind == CompositeKind::function)
        return is_subtype(*reinterpret_cast<const FunctionInstance*>(reference)->runtime_type,
                          type);
    return references::is_object(reference) &&
           is_subtype(*reinterpret_cast<const Object*>(reference)->type, type);
}

}  // namespace

bool is_instance(u64 reference, ValueType type) {
    if (reference == 0) return type.is_nullable();
    const HeapType heap = type.heap_type();
    if (heap.is_index()) return is_instance_of(reference, runtime_type(TypeNumber(heap.index())));
    switch (heap.code()) {
        case heap_types::any.code():
        case heap_types::external.code():
        case heap_types::function.code():
        case heap_types::exception.code(): return true;
        case heap_types::eq.code(): return kind_of(reference) != ReferenceKind::host;
        case heap_types::i31.code(): return references::is_i31(reference);
        case heap_types::structure.code(): return kind_of(reference) == ReferenceKind::structure;
        case heap_types::array.code(): return kind_of(reference) == ReferenceKind::array;
        default: return false;
    }
}

}  // namespace icvm::vm
