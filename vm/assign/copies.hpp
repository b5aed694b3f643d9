#pragma once

#include "vm/assign/flow.hpp"

namespace icvm::vm {

/// Leaves out copies within a block:
///
///   t = …; x = t     becomes x = …, when nothing else reads t
///   x = …; t = x; x = …   becomes t = …; x = …, with t in place of x in between
///
/// The second comes of locals that are set while an older operand is still in them, and gives way
/// for the first (5 to 10 % of the instructions of loops that walk memory).
class CopyElimination {
public:
    void eliminate(Draft& draft, Flow& flow);

private:
    bool write_directly(u32 index, const Block& block);
    bool rename(u32 index, const Block& block);
    bool is_overwritten(u32 slot, u32 index, const Block& block) const;
    u32 find_writer(u32 slot, u32 other, u32 index, const Block& block) const;
    bool is_open(u32 index) const;
    u32 count_reads(const Node& node, u32 slot) const;
    bool writes(const Node& node, u32 slot) const;
    void set_slot(const Node& node, u32 operand, u32 slot);

    Draft* draft_ = nullptr;
    Flow* flow_ = nullptr;
};

}  // namespace icvm::vm
