#pragma once

#include <span>
#include <vector>

#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// The types of the operands at one point of a body, bottom first, and the height that they take
/// in slots.
class OperandStack {
public:
    u32 size() const { return u32(types_.size()); }
    /// Slots: v128 takes two.
    u32 height() const { return u32(types_.size()) + vectors_; }
    ValueType top() const { return types_.back(); }
    ValueType operator[](u32 index) const { return types_[index]; }
    std::span<const ValueType> types() const { return types_; }

    void push(ValueType type) {
        if (type == types::v128) [[unlikely]]
            vectors_++;
        types_.push_back(type);
    }
    void push(std::span<const ValueType> types) {
        for (const ValueType type : types) push(type);
    }
    void pop() {
        if (types_.back() == types::v128) [[unlikely]]
            vectors_--;
        types_.pop_back();
    }
    void shrink(u32 size) {
        while (types_.size() > size) pop();
    }
    void clear() { shrink(0); }

private:
    std::vector<ValueType> types_;
    u32 vectors_ = 0;
};

}  // namespace icvm::vm
