#pragma once

#include "vm/assign/liveness.hpp"

namespace icvm::vm {

struct PairRow;

/// Makes one instruction of two where pairs.def has a row: the first is removed, the second becomes
/// the fused one, with cells at the end of the draft's.
class Fusion {
public:
    void fuse(Draft& draft, Flow& flow);

private:
    void fuse_block(const Block& block);
    bool fuse_node(u32 index, u32 block_first);
    bool fuse_with_previous(u32 index, u32 block_first);
    u32 find_writer(u32 slot, u32 index, u32 block_first) const;
    bool is_dropped(u32 writer, u32 reader, u32 slot) const;
    u32 previous_of(u32 index, u32 block_first) const;
    bool reads(const Node& node, u32 slot) const;
    u32 count_reads(const Node& node, u32 slot) const;
    bool can_move(u32 from, u32 to) const;
    bool is_adjacent(u32 first, u32 second) const;
    void replace(u32 first, u32 second, const PairRow& row);
    const PairRow* find_row(const Node& first, const Node& second, char feeds, bool dropped) const;
    bool fits(const PairRow& row, const Node& first, const Node& second) const;
    u64 field(const Node& node, char letter) const;

    bool is_sum(const Node& node) const;
    void forward_sums();
    void forward_sum(u32 index, u32 block);
    static constexpr u32 readers_max = 4;
    u32 find_readers(u32 index, u32 block, u32 (&readers)[readers_max]) const;
    const PairRow* absorbing_row(const Node& sum, const Node& reader, u32 slot) const;
    static bool is_known(const Node& node);

    Draft* draft_ = nullptr;
    Flow* flow_ = nullptr;
    Liveness liveness_;  ///< of locals that are sums
};

}  // namespace icvm::vm
