#include "vm/assign/copies.hpp"

#include <algorithm>

namespace icvm::vm {

namespace {

/// How many instructions are looked at in each direction.
constexpr u32 distance_max = 12;

}  // namespace

void CopyElimination::eliminate(Draft& draft, Flow& flow) {
    draft_ = &draft;
    flow_ = &flow;
    // Vectors take two slots, by halves too.
    if (std::ranges::any_of(flow.nodes, [](const Node& n) { return n.shape().makes_vector; }))
        return;
    for (const Block& block : flow.blocks)
        for (u32 n = block.first; n < block.end; n++)
            if (flow.nodes[n].operation == Operation::copy && !write_directly(n, block))
                rename(n, block);
}

/// Nothing is known of the slots that a call or an aggregate takes.
bool CopyElimination::is_open(u32 index) const {
    const Shape& shape = flow_->nodes[index].shape();
    return !shape.is_hidden() && shape.conduct != Conduct::call;
}

u32 CopyElimination::count_reads(const Node& node, u32 slot) const {
    const Shape& shape = node.shape();
    u32 count = 0;
    for (u32 k = 0; k < shape.operands; k++)
        count += !shape.writes(k) && slot_in(*draft_, node, k) == slot;
    if (shape.read_half != Shape::no_half) count += half_slot(*draft_, node) == slot;
    return count;
}

bool CopyElimination::writes(const Node& node, u32 slot) const {
    return operand_written(*draft_, node, slot) != no_index;
}

void CopyElimination::set_slot(const Node& node, u32 operand, u32 slot) {
    Cell& fields = draft_->cells[node.cell + 1];
    const u32 shift = node.shape().shift(operand);
    fields = (fields & ~(u64(0xFFFF) << shift)) | u64(slot) << shift;
}

/// Who writes `slot` before the copy, when nobody in between writes it, or touches `other`.
u32 CopyElimination::find_writer(u32 slot, u32 other, u32 index, const Block& block) const {
    for (u32 n = 0; n < distance_max && index > block.first; n++) {
        const Node& node = flow_->nodes[--index];
        if (node.removed) continue;
        if (!is_open(index)) return no_index;
        if (writes(node, slot)) return node.shape().writes_two ? no_index : index;
        if (writes(node, other) || count_reads(node, other) != 0) return no_index;
    }
    return no_index;
}

bool CopyElimination::write_directly(u32 index, const Block& block) {
    const Node& copy = flow_->nodes[index];
    const u32 local = slot_in(*draft_, copy, 0);
    const u32 operand = slot_in(*draft_, copy, 1);
    if (operand < draft_->local_slots || local >= draft_->local_slots || copy.top > operand)
        return false;
    const u32 writer = find_writer(operand, local, index, block);
    if (writer == no_index) return false;
    for (u32 n = writer + 1; n < index; n++)
        if (!flow_->nodes[n].removed && count_reads(flow_->nodes[n], operand) != 0) return false;
    set_slot(flow_->nodes[writer], 0, local);
    flow_->nodes[index].removed = true;
    return true;
}

/// The local is written again before anybody reads it.
bool CopyElimination::is_overwritten(u32 slot, u32 index, const Block& block) const {
    for (u32 n = index + 1; n < std::min(block.end, index + distance_max); n++) {
        const Node& node = flow_->nodes[n];
        if (node.removed) continue;
        if (!is_open(n) || count_reads(node, slot) != 0) return false;
        if (writes(node, slot)) return true;
    }
    return false;
}

bool CopyElimination::rename(u32 index, const Block& block) {
    const Node& copy = flow_->nodes[index];
    const u32 operand = slot_in(*draft_, copy, 0);
    const u32 local = slot_in(*draft_, copy, 1);
    if (operand < draft_->local_slots || local >= draft_->local_slots) return false;
    if (!is_overwritten(local, index, block)) return false;
    const u32 writer = find_writer(local, operand, index, block);
    if (writer == no_index) return false;
    // A writer that reads what it writes keeps doing so: only its result moves.
    if (count_reads(flow_->nodes[writer], operand) != 0) return false;
    set_slot(flow_->nodes[writer], 0, operand);
    for (u32 n = writer; n < index; n++) {
        Node& node = flow_->nodes[n];
        if (node.removed) continue;
        node.top = std::max(node.top, operand + 1);
        if (n == writer) continue;
        const Shape& shape = node.shape();
        for (u32 k = 0; k < shape.operands; k++)
            if (!shape.writes(k) && slot_in(*draft_, node, k) == local) set_slot(node, k, operand);
    }
    flow_->nodes[index].removed = true;
    return true;
}

}  // namespace icvm::vm
