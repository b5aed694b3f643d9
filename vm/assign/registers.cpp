#include "vm/assign/registers.hpp"

#include <algorithm>

namespace icvm::vm {

namespace {

/// Operands that are followed at once.
constexpr size_t open_max = 16;

}  // namespace

void RegisterAssignment::build(const Draft& draft, const Flow& flow, const FormTables& forms) {
    forms_ = &forms;
    flow_ = &flow;
    places_.assign(flow.nodes.size(), {});
    vectors_.assign(flow.nodes.size(), 0);
    occupancy_.clear(u32(flow.nodes.size()));
    locals_.build(draft, flow, forms, occupancy_);
    place_locals(draft);
    for (const Block& block : flow.blocks) assign_operands(draft, block);
}

void RegisterAssignment::place_locals(const Draft& draft) {
    if (locals_.units().empty()) return;
    for (u32 n = 0; n < flow_->nodes.size(); n++) {
        const Node& node = flow_->nodes[n];
        for (u32 k = 0; k < node.shape().operands; k++) {
            const Unit* unit = locals_.unit_at(slot_in(draft, node, k), n);
            if (unit == nullptr) continue;
            places_[n][k] = unit->place;
            if (unit->is_vector) vectors_[n] |= u8(1u << k);
        }
    }
}

bool RegisterAssignment::integers_live_behind(u32 node) const {
    for (u32 n = 0; n < integer_registers; n++)
        if (occupancy_.is_taken(integer_register(n), 2 * node + 1)) return true;
    return false;
}

// ---- Operands ----------------------------------------------------------------------------------

void RegisterAssignment::assign_operands(const Draft& draft, const Block& block) {
    open_.clear();
    for (u32 at = block.first; at < block.end; at++) {
        const Node& node = flow_->nodes[at];
        if (node.removed) continue;
        const Shape& shape = node.shape();
        read_operands(draft, at, node);
        if (shape.is_hidden() || shape.conduct == Conduct::call) open_.clear();
        std::erase_if(open_, [&](const Open& open) {
            const bool dead =
                open.slot >= node.top || operand_written(draft, node, open.slot) != no_index;
            if (dead) close(open);
            return dead;
        });
        write_operands(draft, at, node);
    }
}

void RegisterAssignment::write_operands(const Draft& draft, u32 at, const Node& node) {
    const Shape& shape = node.shape();
    const FormTable& table = (*forms_)[size_t(node.operation)];
    for (u32 k = 0; k < shape.operands; k++) {
        if (!shape.writes(k)) continue;
        const u32 slot = slot_in(draft, node, k);
        if (slot < draft.local_slots) continue;
        if (!accepts(table, k, File::integer) && !accepts(table, k, File::vector)) continue;
        if (open_.size() == open_max) open_.erase(open_.begin());
        open_.push_back({.slot = slot, .node = at, .operand = u8(k), .last = at});
    }
}

void RegisterAssignment::read_operands(const Draft& draft, u32 at, const Node& node) {
    const Shape& shape = node.shape();
    const auto drop = [&](u32 slot) {
        std::erase_if(open_, [&](const Open& open) { return open.slot == slot; });
    };
    if (shape.read_half != Shape::no_half) drop(half_slot(draft, node));
    for (u32 k = 0; k < shape.operands; k++) {
        const u32 slot = slot_in(draft, node, k);
        if (shape.writes(k) || slot < draft.local_slots) continue;
        const auto found = std::ranges::find(open_, slot, &Open::slot);
        if (found == open_.end()) {
            drop(slot - 1);  // the second half of a v128 by itself
        } else if (found->count == Open::uses_max) {
            open_.erase(found);
        } else {
            found->uses[found->count++] = {at, u8(k)};
            found->last = at;
        }
    }
}

bool RegisterAssignment::accept(const Open& open, File file) const {
    const auto takes = [&](u32 node, u32 operand) {
        return accepts((*forms_)[size_t(flow_->nodes[node].operation)], operand, file);
    };
    if (!takes(open.node, open.operand)) return false;
    for (u32 n = 0; n < open.count; n++)
        if (!takes(open.uses[n].node, open.uses[n].operand)) return false;
    return true;
}

/// The operand is dead: it was in a register all the time, if there is one.
void RegisterAssignment::close(const Open& open) {
    if (open.count == 0) return;
    const bool integer = accept(open, File::integer);
    if (!integer && !accept(open, File::vector)) return;
    const u32 count = integer ? integer_registers : vector_registers;
    for (u32 n = count; n-- > 0;) {
        const Place place = integer ? integer_register(n) : vector_register(n);
        const u32 late = flow_->nodes[open.last].shape().writes_early ? 1 : 0;
        if (!occupancy_.take(place, {2 * open.node + 1, 2 * open.last + 1 + late})) continue;
        const bool vector = flow_->nodes[open.node].shape().makes_vector;
        places_[open.node][open.operand] = place;
        vectors_[open.node] |= u8(u32(vector) << open.operand);
        for (u32 use = 0; use < open.count; use++) {
            const Open::Use& read = open.uses[use];
            places_[read.node][read.operand] = place;
            vectors_[read.node] |= u8(u32(vector) << read.operand);
        }
        return;
    }
}

}  // namespace icvm::vm
