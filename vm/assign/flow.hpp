#pragma once

#include <span>
#include <vector>

#include "vm/assign/shape.hpp"
#include "vm/code/draft.hpp"

namespace icvm::vm {

inline constexpr u32 no_index = ~u32(0);

/// An instruction of a draft.
struct Node {
    Operation operation{};
    bool removed = false;   ///< another one does its work
    bool has_site = false;  ///< it can trap, call or collect
    u32 origin = 0;         ///< where it was in Draft::cells
    u32 cell = 0;           ///< where its cells are now
    u32 top = 0;            ///< Draft::Row::top

    const Shape& shape() const { return shape_of(operation); }
};

/// Instructions that run one after the other: control comes in at the first, and leaves behind the
/// last.
struct Block {
    u32 first = 0, end = 0;  ///< of its nodes
    u32 edges_first = 0, edges_end = 0;
    u32 loop_depth = 0;
};

/// The graph of a draft's blocks.
struct Flow {
    std::vector<Node> nodes;
    std::vector<Block> blocks;
    /// From its header to the last branch back to it. In the order of their headers.
    struct Loop {
        u32 header, last;  ///< blocks
    };
    std::vector<Loop> loops;
    std::vector<u32> edges;     ///< blocks that control may go on in
    std::vector<u32> block_at;  ///< by cell of the draft: the block that begins there, or no_index

    void build(const Draft& draft);
    std::span<const u32> successors(const Block& block) const {
        return {edges.data() + block.edges_first, edges.data() + block.edges_end};
    }

private:
    void mark_sites(const Draft& draft);
    void mark_leaders(const Draft& draft);
    void cut_blocks(const Draft& draft);
    void link_blocks(const Draft& draft);
    void find_loops();
    void close_loops();
    void link_back(std::vector<u32>& firsts, std::vector<u32>& sources) const;
    void find_depths();
};

/// The slot of operand `n`.
inline u32 slot_in(const Draft& draft, const Node& node, u32 n) {
    return u16(draft.cells[node.cell + 1] >> node.shape().shift(n));
}

/// Which operand of the node writes the slot; no_index: none.
inline u32 operand_written(const Draft& draft, const Node& node, u32 slot) {
    const Shape& shape = node.shape();
    for (u32 k = 0; k < shape.operands; k++)
        if (shape.writes(k) && slot_in(draft, node, k) == slot) return k;
    return no_index;
}

/// The one more slot that is read (Shape::read_half).
inline u32 half_slot(const Draft& draft, const Node& node) {
    const u32 half = node.shape().read_half;
    return u32(draft.cells[node.cell + 1 + half / 2] >> (half % 2 * 32));
}

/// The cell that a target cell means.
inline u32 target_of(const Draft& draft, u32 cell) { return cell + u32(draft.cells[cell]); }

/// Number of entries behind a branch_table.
inline u32 table_entries(const Draft& draft, const Node& node) {
    return u32(draft.cells[node.cell + 1] >> 32) + 1;
}

}  // namespace icvm::vm
