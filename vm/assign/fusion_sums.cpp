/// A sum in a local that is only an address: `p = a + 16; … = load p; …; store p`. Each of its
/// readers adds for itself, where there is an instruction for that, and the addition is left out
/// (stencil 5 % fewer machine instructions, lanes 4).

#include "vm/assign/fusion.hpp"

namespace icvm::vm {

namespace {

/// How many instructions are looked at behind a sum.
constexpr u32 distance_max = 24;

}  // namespace

/// A sum of one local and a constant, in another local. (An operand in the place of the first would
/// be read where the stack no longer holds it.)
bool Fusion::is_sum(const Node& node) const {
    if (node.removed) return false;
    if (node.operation != Operation::i32_add_si && node.operation != Operation::i64_add_si)
        return false;
    const u32 slot = slot_in(*draft_, node, 0), addend = slot_in(*draft_, node, 1);
    return slot != addend && slot < draft_->local_slots && addend < draft_->local_slots;
}

void Fusion::forward_sums() {
    liveness_.slots.clear();
    liveness_.number_at.assign(draft_->local_slots, Liveness::no_candidate);
    for (const Node& node : flow_->nodes) {
        if (!is_sum(node)) continue;
        const u32 slot = slot_in(*draft_, node, 0);
        if (liveness_.number_at[slot] != Liveness::no_candidate) continue;
        if (liveness_.slots.size() == Liveness::candidates_max) break;
        liveness_.number_at[slot] = u8(liveness_.slots.size());
        liveness_.slots.push_back(slot);
    }
    if (liveness_.slots.empty()) return;
    liveness_.build_sets(*draft_, *flow_);
    for (u32 b = 0; b < flow_->blocks.size(); b++)
        for (u32 n = flow_->blocks[b].first; n < flow_->blocks[b].end; n++)
            if (is_sum(flow_->nodes[n])) forward_sum(n, b);
}

void Fusion::forward_sum(u32 index, u32 block) {
    const u32 slot = slot_in(*draft_, flow_->nodes[index], 0);
    if (liveness_.number_at[slot] == Liveness::no_candidate) return;
    u32 readers[readers_max];
    const u32 count = find_readers(index, block, readers);
    for (u32 n = 0; n < count; n++) {
        const Node& reader = flow_->nodes[readers[n]];
        replace(index, readers[n], *absorbing_row(flow_->nodes[index], reader, slot));
    }
}

/// All that read the sum, when they can add for themselves and nobody reads it later; otherwise 0.
u32 Fusion::find_readers(u32 index, u32 block, u32 (&readers)[readers_max]) const {
    const Node& sum = flow_->nodes[index];
    const u32 slot = slot_in(*draft_, sum, 0), addend = slot_in(*draft_, sum, 1);
    const u32 end = flow_->blocks[block].end;
    u32 count = 0;
    bool is_same = true;  // the addend
    for (u32 n = index + 1; n < end; n++) {
        const Node& node = flow_->nodes[n];
        if (node.removed) continue;
        if (n > index + distance_max || !is_known(node)) return 0;
        if (reads(node, slot)) {
            if (!is_same || count == readers_max || !absorbing_row(sum, node, slot)) return 0;
            readers[count++] = n;
        }
        if (operand_written(*draft_, node, slot) != no_index) return count;
        if (operand_written(*draft_, node, addend) != no_index) is_same = false;
    }
    const bool is_live = (liveness_.live_out_of(block) >> liveness_.number_at[slot] & 1) != 0;
    return is_live ? 0 : count;
}

}  // namespace icvm::vm
