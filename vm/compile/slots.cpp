#include "vm/compile/slots.hpp"

#include <algorithm>

namespace icvm::vm {

void SlotStack::begin(u32 locals, u32 scratch) {
    operands_.clear();
    if (youngest_.size() < locals) youngest_.resize(locals);
    epoch_++;
    locals_ = locals;
    home_first_ = locals + scratch;
    settled_ = 0;
}

u32 SlotStack::push_home() {
    operands_.push_back({.index = height()});
    return home(height() - 1);
}

void SlotStack::push_constant(u64 bits) {
    operands_.push_back({.kind = Operand::Kind::constant, .index = height(), .bits = bits});
}

u32 SlotStack::youngest_in(u32 local) const {
    return youngest_[local].epoch == epoch_ ? youngest_[local].operand : 0;
}

void SlotStack::push_local(u32 local) {
    operands_.push_back({.kind = Operand::Kind::local,
                         .index = height(),
                         .local = local,
                         .previous = youngest_in(local)});
    youngest_[local] = {epoch_, height()};
}

Operand SlotStack::pop() {
    const Operand top = operands_.back();
    if (top.kind == Operand::Kind::local) youngest_[top.local].operand = top.previous;
    operands_.pop_back();
    settled_ = std::min(settled_, height());
    return top;
}

void SlotStack::shrink(u32 height) {
    while (this->height() > height) pop();
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

void SlotStack::forget_local(u32 local) {
    for (u32 link = youngest_in(local); link != 0; link = operands_[link - 1].previous)
        operands_[link - 1].kind = Operand::Kind::home;
    youngest_[local] = {epoch_, 0};
}

}  // namespace icvm::vm
