#include "vm/compile/slots.hpp"

#include <algorithm>

namespace icvm::vm {

bool is_collected(const Module& module, ValueType type) {
    if (!type.is_reference()) return false;
    const HeapType heap = type.heap_type();
    if (heap.is_index()) return module.types[heap.index()].kind != CompositeKind::function;
    return heap != heap_types::function && heap != heap_types::no_function;
}

void SlotStack::begin(std::span<const ValueType> locals, u32 scratch) {
    operands_.clear();
    collected_.clear();
    local_slots_.clear();
    local_types_ = locals;
    locals_ = u32(locals.size());
    if (std::ranges::find(locals, types::v128) != locals.end()) {
        locals_ = 0;
        local_slots_.reserve(locals.size());
        for (const ValueType type : locals) {
            local_slots_.push_back(locals_);
            locals_ += type.slots();
        }
    }
    if (youngest_.size() < locals_) youngest_.resize(locals_);
    epoch_++;
    top_ = locals_ + scratch;
    settled_ = 0;
    chained_ = 0;
}

void SlotStack::push(const Operand& operand) {
    operands_.push_back(operand);
    operands_.back().home = top_;
    top_ += operand.slots;
    if (operand.collected) [[unlikely]]
        collected_.push_back({height() - 1, Site::no_reference});
}

u32 SlotStack::push_home(ValueType type) {
    const u32 slot = top_;
    push({.slots = u8(type.slots()), .collected = is_collected(module_, type)});
    return slot;
}

u32 SlotStack::push_home_like(const Operand& operand) {
    const u32 slot = top_;
    push({.slots = operand.slots, .collected = operand.collected});
    return slot;
}

void SlotStack::push_again(const Operand& operand) {
    push(operand);
    if (operand.kind != Operand::Kind::local) return;
    operands_.back().previous = youngest_in(operand.local);
    youngest_[operand.local] = {epoch_, height()};
}

void SlotStack::push_constant(u64 bits) { push({.kind = Operand::Kind::constant, .bits = bits}); }

u32 SlotStack::youngest_in(u32 slot) const {
    return youngest_[slot].epoch == epoch_ ? youngest_[slot].operand : 0;
}

void SlotStack::push_local(u32 index) {
    const ValueType type = local_types_[index];
    const u32 slot = slot_of_local(index);
    push({.kind = Operand::Kind::local,
          .slots = u8(type.slots()),
          .collected = is_collected(module_, type),
          .local = slot,
          .previous = youngest_in(slot)});
    youngest_[slot] = {epoch_, height()};
}

Operand SlotStack::pop() {
    const Operand top = operands_.back();
    if (top.kind == Operand::Kind::local) youngest_[top.local].operand = top.previous;
    operands_.pop_back();
    top_ = top.home;
    settled_ = std::min(settled_, height());
    if (top.collected) [[unlikely]] {
        collected_.pop_back();
        chained_ = std::min(chained_, collected_count());
    }
    return top;
}

void SlotStack::shrink_to(u32 height) {
    while (this->height() > height) pop();
}

bool SlotStack::is_large() const {
    return operands_.capacity() * sizeof(Operand) + youngest_.capacity() * sizeof(Youngest) +
               collected_.capacity() * sizeof(Collected) >
           size_t(1) << 20;
}

void SlotStack::shrink() {
    std::vector<Operand>().swap(operands_);
    std::vector<Youngest>().swap(youngest_);
    std::vector<Collected>().swap(collected_);
    std::vector<u32>().swap(local_slots_);
}

void SlotStack::set_home(u32 index) {
    Operand& operand = operands_[index];
    if (operand.kind == Operand::Kind::local) {
        // Mostly the youngest; else unlink it from the chain of those that are above it.
        u32* link = &youngest_[operand.local].operand;
        while (*link != index + 1) link = &operands_[*link - 1].previous;
        *link = operand.previous;
    }
    operand.kind = Operand::Kind::home;
}

void SlotStack::forget_local(u32 slot) {
    for (u32 link = youngest_in(slot); link != 0; link = operands_[link - 1].previous)
        operands_[link - 1].kind = Operand::Kind::home;
    youngest_[slot] = {epoch_, 0};
}

u32 SlotStack::chain() {
    for (; chained_ < collected_.size(); chained_++) {
        Collected& next = collected_[chained_];
        const u32 below = chained_ == 0 ? Site::no_reference : collected_[chained_ - 1].row;
        next.row = u32(references_.size());
        references_.push_back({operands_[next.operand].home, below});
    }
    return collected_.empty() ? Site::no_reference : collected_.back().row;
}

}  // namespace icvm::vm
