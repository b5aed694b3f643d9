#pragma once

#include <span>
#include <vector>

#include "vm/base/check.hpp"
#include "vm/base/integers.hpp"
#include "vm/code/code.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// Whether a value of that type may be a reference to an object of the heap.
bool is_collected(const Module& module, ValueType type);

/// Where an operand is. A v128 takes two adjacent slots wherever it is, and is named by the first.
struct Operand {
    enum class Kind : u8 {
        home,      ///< in the slots of its height
        local,     ///< in a local, which it has not left yet
        constant,  ///< nowhere: known; never a v128, nor a reference but null
    };
    Kind kind = Kind::home;
    u8 slots = 1;            ///< that it takes
    bool collected = false;  ///< a reference that may be to an object of the heap
    u32 home = 0;            ///< slot: the sum of what is below
    u32 local = 0;           ///< local: its slot
    u32 previous = 0;        ///< local: the next older operand in the same local, plus one
    u64 bits = 0;            ///< constant
};

/// The operand stack of a function while it is compiled: where each operand is, and which operands
/// are still in a given local. Every operation takes amortized constant time.
class SlotStack {
public:
    /// Rows of operands that are collected are added to `references` (FunctionCode::references).
    SlotStack(const Module& module, std::vector<ReferenceOperand>& references)
        : module_(module), references_(references) {}

    /// A function with `locals`; `scratch` slots follow theirs. The types outlive the function.
    void begin(std::span<const ValueType> locals, u32 scratch);

    /// Number of operands.
    u32 height() const { return u32(operands_.size()); }
    /// The home of the operand with `index` others below it.
    u32 home(u32 index) const { return index < height() ? operands_[index].home : top_; }
    /// Slots that all locals take together; scratch slots begin there.
    u32 locals() const { return locals_; }
    u32 scratch() const { return locals_; }
    /// The slot of a local by its index.
    u32 slot_of_local(u32 index) const {
        return local_slots_.empty() ? index : local_slots_[index];
    }

    const Operand& top() const { return operands_.back(); }
    Operand& operator[](u32 index) { return operands_[index]; }
    /// Pushes an operand in its home; returns the slot.
    u32 push_home(ValueType type = types::i64);
    /// The same, of the type of an operand that was popped.
    u32 push_home_like(const Operand& operand);
    /// What was popped last, where it is.
    void push_again(const Operand& operand);
    void push_constant(u64 bits);
    /// By index.
    void push_local(u32 index);
    Operand pop();
    void shrink_to(u32 height);

    /// The youngest operand that is in the local at `slot`, plus one; 0: none.
    u32 youngest_in(u32 slot) const;
    /// The operand at `index` is now in its home. A local's operands leave it youngest first, or
    /// all together (forget_local).
    void set_home(u32 index);
    void forget_local(u32 slot);

    /// Operands below this height are in their homes or constants.
    u32 settled() const { return settled_; }
    void settle() { settled_ = height(); }

    /// How many operands are collected; the index of one of them, counted from the bottom.
    u32 collected_count() const { return u32(collected_.size()); }
    u32 collected_index(u32 n) const { return collected_[n].operand; }
    /// How many of them, from the bottom, have a row already: they are in their homes.
    u32 chained() const { return chained_; }
    /// When all of them are in their homes: the row of the topmost (Site::references).
    u32 chain();

    /// Takes more than 1 MiB; shrink gives it back, between two functions.
    bool is_large() const;
    void shrink();

private:
    struct Youngest {
        u32 epoch = 0;
        u32 operand = 0;
    };
    struct Collected {
        u32 operand;
        u32 row;  ///< in references_, when it is among the first `chained_`
    };

    void push(const Operand& operand);

    const Module& module_;
    std::vector<ReferenceOperand>& references_;
    std::vector<Operand> operands_;
    std::vector<Youngest> youngest_;  ///< by slot of a local; of another epoch: none
    std::vector<Collected> collected_;
    std::vector<u32> local_slots_;  ///< by index; empty: each local takes one
    std::span<const ValueType> local_types_;
    u32 epoch_ = 0;
    u32 locals_ = 0;
    u32 top_ = 0;  ///< the home of the next operand
    u32 settled_ = 0;
    u32 chained_ = 0;
};

}  // namespace icvm::vm
