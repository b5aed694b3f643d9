#pragma once

#include <vector>

#include "vm/base/check.hpp"
#include "vm/base/integers.hpp"

namespace icvm::vm {

/// Where an operand is.
struct Operand {
    enum class Kind : u8 {
        home,      ///< in the slot of its height
        local,     ///< in a local, which it has not left yet
        constant,  ///< nowhere: known
    };
    Kind kind = Kind::home;
    u32 index = 0;     ///< its height: number of operands below it
    u32 local = 0;     ///< local
    u32 previous = 0;  ///< local: the next older operand in the same local, plus one
    u64 bits = 0;      ///< constant
};

/// The operand stack of a function while it is compiled: where each operand is, and which operands
/// are still in a given local. Every operation takes amortized constant time.
class SlotStack {
public:
    /// A function with `locals` slots of locals; `scratch` slots follow them.
    void begin(u32 locals, u32 scratch);

    u32 height() const { return u32(operands_.size()); }
    /// The slot of the operand with `index` others below it.
    u32 home(u32 index) const { return home_first_ + index; }
    u32 scratch() const { return locals_; }

    Operand& operator[](u32 index) { return operands_[index]; }
    /// Pushes an operand in its home; returns the slot.
    u32 push_home();
    void push_constant(u64 bits);
    void push_local(u32 local);
    Operand pop();
    void shrink(u32 height);

    /// The youngest operand that is in `local`, plus one; 0: none.
    u32 youngest_in(u32 local) const;
    /// The operand at `index` is now in its home. A local's operands leave it youngest first, or
    /// all together (forget_local).
    void set_home(u32 index);
    void forget_local(u32 local);

    /// Operands below this height are in their homes or constants.
    u32 settled() const { return settled_; }
    void settle() { settled_ = height(); }

private:
    struct Youngest {
        u32 epoch = 0;
        u32 operand = 0;
    };

    std::vector<Operand> operands_;
    std::vector<Youngest> youngest_;  ///< by local; of another epoch: none
    u32 epoch_ = 0;
    u32 locals_ = 0;
    u32 home_first_ = 0;
    u32 settled_ = 0;
};

}  // namespace icvm::vm
