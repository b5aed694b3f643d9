#pragma once

#include <span>
#include <vector>

#include "vm/binary/instruction.hpp"
#include "vm/code/code.hpp"
#include "vm/code/options.hpp"
#include "vm/validate/function_validator.hpp"

namespace icvm::vm {

/// Listens to the validator's walk for what a call needs of a function before it is compiled: all
/// of its record but where the code is.
class FunctionHead {
public:
    FunctionHead(const Module& module, const CostTable& costs);

    /// Announces the walk over the body of `function`, whose record is to be filled in.
    void start(u32 function, Code& record);
    // A FunctionListener.
    void begin(std::span<const ValueType> locals);
    void instruction(const Instruction& i, const Proof&) {
        if (in_entry_) [[unlikely]]
            add_to_entry(i.opcode);
        if (counts_references_) [[unlikely]]
            count_references(i);
    }
    bool has_heard_enough() const { return !in_entry_ && !counts_references_; }
    void finish(u32 height_max);

    /// Of the function that was finished last: whether its code may be more, or cost more, than its
    /// fields hold; only compiling it tells.
    bool may_be_too_large() const;
    /// With this function the module's instructions push more references than there may be rows for
    /// (SlotStack::chain).
    bool has_too_many_references() const { return references_ > references_max; }

private:
    /// Calls push references without end, two bytes each, and each may have a row: 128 MiB of them.
    static constexpr u64 references_max = u64(1) << 24;

    void add_to_entry(Opcode opcode);
    void count_references(const Instruction& i);
    u32 references_of(u32 type) const { return references_of_type_[type]; }

    const Module& module_;
    const CostTable& costs_;
    u32 cost_max_ = 0;  ///< the greatest of any instruction
    /// By type: an upper bound of the references that an instruction of it pushes, here or where it
    /// goes on.
    std::vector<u32> references_of_type_;
    bool counts_references_ = false;
    u64 references_ = 0;  ///< of all functions so far

    u32 function_ = 0;
    Code* record_ = nullptr;
    bool in_entry_ = false;  ///< in the first block of the function
    i64 entry_cost_ = 0;
    u32 local_slots_ = 0;
};

static_assert(FunctionListener<FunctionHead>);

}  // namespace icvm::vm
