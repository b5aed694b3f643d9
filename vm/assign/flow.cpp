#include "vm/assign/flow.hpp"

#include <algorithm>

namespace icvm::vm {

namespace {

/// Calls `visit` with each target cell of a node.
template <class Visit>
void for_targets(const Draft& draft, const Node& node, const Visit& visit) {
    const Shape& shape = node.shape();
    if (shape.target != 0) visit(node.cell + shape.target);
    if (shape.conduct == Conduct::table)
        for (u32 n = 0; n < table_entries(draft, node); n++) visit(node.cell + shape.cells + n);
}

}  // namespace

void Flow::build(const Draft& draft) {
    nodes.clear();
    blocks.clear();
    edges.clear();
    loops.clear();
    for (const Draft::Row& row : draft.rows) {
        const Operation operation = Operation(draft.cells[row.cell]);
        const bool leaves = shape_of(operation).conduct == Conduct::leave;
        nodes.push_back({.operation = operation,
                         .origin = row.cell,
                         .cell = row.cell,
                         .top = leaves ? 0 : row.top});
    }
    mark_sites(draft);
    mark_leaders(draft);
    cut_blocks(draft);
    link_blocks(draft);
    find_loops();
}

/// The first site at a loop header, or at the function's begin, is that of the place.
void Flow::mark_sites(const Draft& draft) {
    size_t next = 0;
    for (size_t n = 0; n < nodes.size(); n++) {
        const bool place = n == 0 || nodes[n - 1].operation == Operation::enter_loop;
        if (place && next < draft.sites.size()) next++;
        for (; next < draft.sites.size() && draft.sites[next].cell <= nodes[n].origin; next++)
            nodes[n].has_site = true;
    }
}

/// 0 in block_at: a block begins there.
void Flow::mark_leaders(const Draft& draft) {
    block_at.assign(draft.cells.size() + 1, no_index);
    if (nodes.empty()) return;
    block_at[nodes[0].origin] = 0;
    for (size_t n = 0; n < nodes.size(); n++) {
        const Node& node = nodes[n];
        for_targets(draft, node, [&](u32 cell) { block_at[target_of(draft, cell)] = 0; });
        const bool last = node.shape().ends_block() || node.operation == Operation::enter_loop;
        if (last && n + 1 < nodes.size()) block_at[nodes[n + 1].origin] = 0;
    }
}

void Flow::cut_blocks(const Draft&) {
    for (u32 n = 0; n < nodes.size(); n++) {
        if (block_at[nodes[n].origin] == no_index) continue;
        block_at[nodes[n].origin] = u32(blocks.size());
        blocks.push_back({.first = n});
    }
    for (u32 b = 0; b < blocks.size(); b++)
        blocks[b].end = b + 1 < blocks.size() ? blocks[b + 1].first : u32(nodes.size());
}

void Flow::link_blocks(const Draft& draft) {
    for (u32 b = 0; b < blocks.size(); b++) {
        Block& block = blocks[b];
        block.edges_first = u32(edges.size());
        const Node& last = nodes[block.end - 1];
        for_targets(draft, last,
                    [&](u32 cell) { edges.push_back(block_at[target_of(draft, cell)]); });
        if (last.shape().falls_through() && b + 1 < blocks.size()) edges.push_back(b + 1);
        block.edges_end = u32(edges.size());
    }
}

/// A loop is all that lies between its header and the last branch back to it, or to a loop in it.
void Flow::find_loops() {
    std::vector<u32> last_of(blocks.size(), no_index);
    for (u32 b = 0; b < blocks.size(); b++)
        for (const u32 next : successors(blocks[b]))
            if (next <= b) last_of[next] = b;
    for (u32 b = 0; b < blocks.size(); b++)
        if (last_of[b] != no_index) loops.push_back({b, last_of[b]});
    find_depths();
    close_loops();
}

/// By block, where in `sources` the blocks begin that control comes from.
void Flow::link_back(std::vector<u32>& firsts, std::vector<u32>& sources) const {
    firsts.assign(blocks.size() + 1, 0);
    sources.resize(edges.size());
    for (const u32 to : edges) firsts[to]++;
    for (u32 b = 0, sum = 0; b <= blocks.size(); b++) firsts[b] = sum += firsts[b];
    for (u32 b = 0; b < blocks.size(); b++)
        for (const u32 to : successors(blocks[b])) sources[--firsts[to]] = b;
}

/// How many loops a block runs in: those from whose headers it is reached and that it leads back
/// to. What lies between but only leads out of a loop runs as often as what is outside.
void Flow::find_depths() {
    std::vector<u32> firsts, sources, open;
    link_back(firsts, sources);
    // The header of the outermost loop so far, by any block in it; and the next outer one.
    std::vector<u32> within(blocks.size()), around(blocks.size(), no_index);
    for (u32 b = 0; b < blocks.size(); b++) within[b] = b;
    const auto outermost = [&](u32 b) {
        while (within[b] != b) b = within[b] = within[within[b]];
        return b;
    };
    for (u32 n = u32(loops.size()); n-- > 0;) {
        const u32 header = loops[n].header;
        const auto add = [&](u32 source) {
            const u32 b = outermost(source);
            if (b <= header) return;
            within[b] = around[b] = header;
            open.push_back(b);
        };
        for (u32 at = firsts[header]; at < firsts[header + 1]; at++)
            if (sources[at] >= header) add(sources[at]);
        while (!open.empty()) {
            const u32 b = open.back();
            open.pop_back();
            for (u32 at = firsts[b]; at < firsts[b + 1]; at++) add(sources[at]);
        }
    }
    std::vector<bool> heads(blocks.size());
    for (const Loop& loop : loops) heads[loop.header] = true;
    for (u32 b = 0; b < blocks.size(); b++)
        blocks[b].loop_depth =
            (around[b] == no_index ? 0 : blocks[around[b]].loop_depth) + (heads[b] ? 1 : 0);
}

/// A loop may be left for the header of an outer one, and go on behind that: the outer one ends
/// where the inner one does.
void Flow::close_loops() {
    std::vector<u32> behind(loops.size());  // the first loop that is not within
    for (u32 n = u32(loops.size()); n-- > 0;) {
        u32 inner = n + 1;
        while (inner < loops.size() && loops[inner].header <= loops[n].last) {
            loops[n].last = std::max(loops[n].last, loops[inner].last);
            inner = behind[inner];
        }
        behind[n] = inner;
    }
}

}  // namespace icvm::vm
