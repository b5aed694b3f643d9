#include "vm/assign/liveness.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace icvm::vm {

namespace {

/// Loops are as deep as that before the sets are still; then everything is taken for live.
constexpr u32 rounds_max = 24;

template <class Visit>
void for_bits(u64 bits, const Visit& visit) {
    for (; bits != 0; bits &= bits - 1) visit(u32(std::countr_zero(bits)));
}

}  // namespace

u64 Liveness::bit_at(u32 slot) const {
    if (slot >= number_at.size() || number_at[slot] == no_candidate) return 0;
    return u64(1) << number_at[slot];
}

u64 Liveness::reads_of(const Draft& draft, const Node& node) const {
    const Shape& shape = node.shape();
    u64 bits = 0;
    for (u32 n = 0; n < shape.operands; n++)
        if (!shape.writes(n)) bits |= bit_at(slot_in(draft, node, n));
    if (shape.read_half != Shape::no_half) bits |= bit_at(half_slot(draft, node));
    return bits;
}

/// Those that are read when a result is there already: they do not share its register.
u64 Liveness::late_reads_of(const Draft& draft, const Node& node) const {
    if (!node.shape().writes_early) return 0;
    return reads_of(draft, node) & ~written_by(draft, node);
}

u64 Liveness::written_by(const Draft& draft, const Node& node) const {
    const Shape& shape = node.shape();
    u64 bits = 0;
    for (u32 n = 0; n < shape.operands; n++)
        if (shape.writes(n)) bits |= bit_at(slot_in(draft, node, n));
    return bits;
}

void Liveness::build(const Draft& draft, const Flow& flow) {
    build_sets(draft, flow);
    make_ranges(draft, flow);
}

void Liveness::build_sets(const Draft& draft, const Flow& flow) {
    collect_sets(draft, flow);
    solve(flow);
}

bool Liveness::is_live(u32 number, u32 point) const {
    const std::vector<Range>& all = ranges[number];
    const auto after = std::ranges::upper_bound(all, point, std::less<>{}, &Range::begin);
    return after != all.begin() && point < (after - 1)->end;
}

void Liveness::collect_sets(const Draft& draft, const Flow& flow) {
    sets_.assign(flow.blocks.size(), {});
    for (u32 b = 0; b < flow.blocks.size(); b++) {
        Sets& sets = sets_[b];
        for (u32 n = flow.blocks[b].first; n < flow.blocks[b].end; n++) {
            if (flow.nodes[n].removed) continue;
            sets.reads |= reads_of(draft, flow.nodes[n]) & ~sets.writes;
            sets.writes |= written_by(draft, flow.nodes[n]);
        }
    }
}

void Liveness::solve(const Flow& flow) {
    bool changed = true;
    for (u32 round = 0; changed; round++) {
        changed = false;
        for (u32 b = u32(flow.blocks.size()); b-- > 0;) {
            Sets& sets = sets_[b];
            for (const u32 next : flow.successors(flow.blocks[b])) sets.out |= sets_[next].in;
            u64 in = sets.reads | (sets.out & ~sets.writes);
            if (round == rounds_max) in = sets.out = ~u64(0);
            changed = changed || in != sets.in;
            sets.in = in;
        }
        if (round == rounds_max) return;
    }
}

void Liveness::make_ranges(const Draft& draft, const Flow& flow) {
    for (std::vector<Range>& list : ranges) list.clear();
    ranges.resize(slots.size());
    for (u32 b = 0; b < flow.blocks.size(); b++) walk_back(draft, flow, b);
}

/// The ranges of one block, the last first; then turned round and joined to those before.
void Liveness::walk_back(const Draft& draft, const Flow& flow, u32 b) {
    const Block& block = flow.blocks[b];
    const u64 known = slots.size() == 64 ? ~u64(0) : (u64(1) << slots.size()) - 1;
    std::array<u32, candidates_max> ends;
    std::array<u32, candidates_max> olds;
    for (u32 n = 0; n < slots.size(); n++) olds[n] = u32(ranges[n].size());
    u64 live = sets_[b].out & known;
    for_bits(live, [&](u32 n) { ends[n] = 2 * block.end; });
    for (u32 at = block.end; at-- > block.first;) {
        const Node& node = flow.nodes[at];
        if (node.removed) continue;
        const u64 written = written_by(draft, node);
        for_bits(written, [&](u32 n) {
            const u32 end = (live & written) != 0 ? ends[n] : 2 * at + 2;
            ranges[n].push_back({2 * at + 1, end});
        });
        live &= ~written;
        const u64 reads = reads_of(draft, node) & ~live;
        const u64 late = late_reads_of(draft, node);
        for_bits(reads, [&](u32 n) { ends[n] = 2 * at + 1 + (late >> n & 1); });
        live |= reads;
    }
    for_bits(live, [&](u32 n) { ranges[n].push_back({2 * block.first, ends[n]}); });
    for (u32 n = 0; n < slots.size(); n++) {
        std::vector<Range>& list = ranges[n];
        std::reverse(list.begin() + olds[n], list.end());
        if (olds[n] == 0 || olds[n] == list.size() || list[olds[n] - 1].end != list[olds[n]].begin)
            continue;
        list[olds[n] - 1].end = list[olds[n]].end;
        list.erase(list.begin() + olds[n]);
    }
}

}  // namespace icvm::vm
