#pragma once

#include <algorithm>
#include <memory>
#include <span>

#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// The types of the operands at one point of a body, bottom first, and the height that they take
/// in slots.
class OperandStack {
public:
    u32 size() const { return u32(top_ - first_.get()); }
    /// Slots: v128 takes two.
    u32 height() const { return size() + vectors_; }
    ValueType top() const { return top_[-1]; }
    ValueType operator[](u32 index) const { return first_[index]; }
    std::span<const ValueType> types() const { return {first_.get(), top_}; }

    void push(ValueType type) {
        if (top_ == end_) [[unlikely]]
            grow();
        if (type == types::v128) [[unlikely]]
            vectors_++;
        *top_++ = type;
    }
    void push(std::span<const ValueType> types) {
        for (const ValueType type : types) push(type);
    }
    void pop() {
        top_--;
        if (*top_ == types::v128) [[unlikely]]
            vectors_--;
    }
    void shrink(u32 size) {
        while (this->size() > size) pop();
    }
    void clear() { shrink(0); }

    // For who handles numbers and references, never vectors, through pointers
    // (FunctionTyping::skim).
    ValueType* first() { return first_.get(); }
    ValueType* next() { return top_; }
    /// The pointer to the next operand when the height is `height`, or less where memory ends.
    ValueType* next_at(u32 height) {
        return first_.get() + std::min<ptrdiff_t>(height - vectors_, end_ - first_.get());
    }
    void set_next(ValueType* next) { top_ = next; }

private:
    void grow() {
        const u32 count = size();
        const u32 room = std::max(2 * count, 64u);
        auto larger = std::make_unique_for_overwrite<ValueType[]>(room);
        std::copy_n(first_.get(), count, larger.get());
        first_ = std::move(larger);
        top_ = first_.get() + count;
        end_ = first_.get() + room;
    }

    std::unique_ptr<ValueType[]> first_;
    ValueType* top_ = nullptr;
    ValueType* end_ = nullptr;
    u32 vectors_ = 0;
};

}  // namespace icvm::vm
