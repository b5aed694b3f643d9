#include "vm/assign/registers.hpp"

#include <algorithm>
#include <numeric>

namespace icvm::vm {

namespace {

/// Registers that locals leave to operands.
constexpr u32 integers_kept = 1;
constexpr u32 vectors_kept = 1;
/// Operands that are followed at once.
constexpr size_t open_max = 16;

/// How often a block runs, as far as can be seen.
i64 weight_of(const Block& block) { return i64(1) << (3 * std::min(block.loop_depth, 6u)); }

bool accepts(const FormTable& table, u32 operand, File file) {
    return table.handlers != nullptr &&
           (table.files[operand] == file || table.files[operand] == File::any);
}

// What it brings to have an operand in a register, and costs where it must be copied, in units of
// the time that a slot takes more than a register.
constexpr i64 gain_of_form = 1;
constexpr i64 cost_of_copy = 3;
constexpr i64 cost_of_saving = 1;
constexpr i64 gain_min = 2;

}  // namespace

void RegisterAssignment::build(const Draft& draft, const Flow& flow, const FormTables& forms) {
    forms_ = &forms;
    flow_ = &flow;
    places_.assign(flow.nodes.size(), {});
    vectors_.assign(flow.nodes.size(), 0);
    for (Busy& busy : busy_) busy.assign(flow.nodes.size() / 32 + 2, 0);
    list_locals(draft);
    weigh_locals(draft, flow);
    choose_candidates();
    liveness_.build(draft, flow);
    weigh_crossings(draft, flow);
    collect_copies(draft, flow);
    assign_locals();
    place_locals(draft, flow);
    for (const Block& block : flow.blocks) assign_operands(draft, flow, block);
}

// ---- Locals ------------------------------------------------------------------------------------

void RegisterAssignment::list_locals(const Draft& draft) {
    by_slot_.assign(draft.local_slots, {});
    u32 slot = 0;
    for (const ValueType type : draft.locals) {
        Candidate& candidate = by_slot_[slot];
        candidate.slot = slot;
        if (type == types::i32 || type == types::i64) candidate.file = File::integer;
        if (type == types::f32 || type == types::f64 || type == types::v128)
            candidate.file = File::vector;
        candidate.is_vector = type == types::v128;
        slot += type.slots();
    }
}

void RegisterAssignment::weigh_locals(const Draft& draft, const Flow& flow) {
    for (const Block& block : flow.blocks) {
        const i64 weight = weight_of(block);
        for (u32 n = block.first; n < block.end; n++) {
            const Node& node = flow.nodes[n];
            if (node.removed) continue;
            const FormTable& table = (*forms_)[size_t(node.operation)];
            for (u32 k = 0; k < node.shape().operands; k++)
                weigh_operand(slot_in(draft, node, k), table, k, weight);
            if (node.shape().read_half == Shape::no_half) continue;
            const u32 slot = half_slot(draft, node);
            if (slot < by_slot_.size()) by_slot_[slot].gain -= cost_of_copy * weight;
        }
    }
}

void RegisterAssignment::weigh_operand(u32 slot, const FormTable& table, u32 operand, i64 weight) {
    if (slot >= by_slot_.size()) return;
    Candidate& candidate = by_slot_[slot];
    // The second half of a v128 by itself: it stays in its slots.
    if (candidate.file == File::none && slot > 0 && by_slot_[slot - 1].is_vector)
        by_slot_[slot - 1].file = File::none;
    if (accepts(table, operand, candidate.file))
        candidate.gain += gain_of_form * weight;
    else
        candidate.gain -= cost_of_copy * weight;
}

void RegisterAssignment::choose_candidates() {
    candidates_.clear();
    for (const Candidate& candidate : by_slot_)
        if (candidate.file != File::none && candidate.gain >= gain_min)
            candidates_.push_back(candidate);
    const auto heavier = [](const Candidate& a, const Candidate& b) {
        return a.gain != b.gain ? a.gain > b.gain : a.slot < b.slot;
    };
    if (candidates_.size() > Liveness::candidates_max) {
        std::ranges::nth_element(candidates_, candidates_.begin() + Liveness::candidates_max,
                                 heavier);
        candidates_.resize(Liveness::candidates_max);
    }
    liveness_.slots.clear();
    liveness_.number_at.assign(by_slot_.size(), Liveness::no_candidate);
    for (u32 n = 0; n < candidates_.size(); n++) {
        liveness_.slots.push_back(candidates_[n].slot);
        liveness_.number_at[candidates_[n].slot] = u8(n);
    }
}

/// Calls: integers are saved together, vectors one by one.
void RegisterAssignment::weigh_crossings(const Draft& draft, const Flow& flow) {
    for (u32 n = 0; n < candidates_.size(); n++) {
        Candidate& candidate = candidates_[n];
        if ((liveness_.live_at_entry >> n & 1) != 0) candidate.gain -= cost_of_copy;
        // Nothing but a copy brings a v128 to its register.
        if (candidate.is_vector && candidate.slot >= draft.parameter_slots &&
            (liveness_.live_at_entry >> n & 1) != 0)
            candidate.gain = 0;
    }
    for (const Block& block : flow.blocks) {
        const i64 weight = weight_of(block);
        for (u32 at = block.first; at < block.end; at++) {
            if (flow.nodes[at].shape().conduct != Conduct::call) continue;
            for (u32 n = 0; n < candidates_.size(); n++) {
                if (!liveness_.is_live(n, 2 * at + 1)) continue;
                const bool vector = candidates_[n].file == File::vector;
                candidates_[n].gain -= weight * (vector ? 2 * cost_of_copy : cost_of_saving);
            }
        }
    }
}

void RegisterAssignment::collect_copies(const Draft& draft, const Flow& flow) {
    copies_.clear();
    for (const Block& block : flow.blocks)
        for (u32 at = block.first; at < block.end; at++) {
            const Node& node = flow.nodes[at];
            if (node.removed || node.operation != Operation::copy) continue;
            const u32 to = slot_in(draft, node, 0);
            const u32 from = slot_in(draft, node, 1);
            if (std::max(to, from) >= by_slot_.size()) continue;
            const u8 numbers[] = {liveness_.number_at[from], liveness_.number_at[to]};
            if (std::ranges::find(numbers, Liveness::no_candidate) != std::end(numbers)) continue;
            copies_.push_back({numbers[0], numbers[1], weight_of(block)});
        }
}

void RegisterAssignment::assign_locals() {
    locals_.clear();
    local_at_.assign(by_slot_.size(), 0);
    std::vector<u32> order(candidates_.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](u32 a, u32 b) {
        const i64 left = candidates_[a].gain, right = candidates_[b].gain;
        return left != right ? left > right : a < b;
    });
    for (const u32 number : order) {
        const Candidate& candidate = candidates_[number];
        if (candidate.gain < gain_min) break;
        const Place place = best_register(number);
        if (place == Place::slot) continue;
        for (const Range range : liveness_.ranges[number]) fill(busy_of(place), range);
        locals_.push_back({candidate.slot, place, number, candidate.is_vector});
        local_at_[candidate.slot] = u8(locals_.size());
    }
}

/// A free register, best the one that most copies come from or go to; none: slot.
Place RegisterAssignment::best_register(u32 number) const {
    const bool integer = candidates_[number].file == File::integer;
    const u32 count = integer ? integer_registers - integers_kept : vector_registers - vectors_kept;
    std::array<i64, place_count> copied{};
    for (const Copy& copy : copies_) {
        if ((copy.from == number) == (copy.to == number)) continue;
        const u32 other = copy.from == number ? copy.to : copy.from;
        if (const Local* local = local_at(candidates_[other].slot))
            copied[u32(local->place)] += copy.weight;
    }
    Place best = Place::slot;
    for (u32 n = 0; n < count; n++) {
        const Place place = integer ? integer_register(n) : vector_register(n);
        const bool is_better = best == Place::slot || copied[u32(place)] > copied[u32(best)];
        if (!is_better) continue;
        const std::vector<Range>& ranges = liveness_.ranges[number];
        if (std::ranges::all_of(ranges,
                                [&](Range range) { return is_free(busy_[u32(place)], range); }))
            best = place;
    }
    return best;
}

void RegisterAssignment::place_locals(const Draft& draft, const Flow& flow) {
    if (locals_.empty()) return;
    for (u32 n = 0; n < flow.nodes.size(); n++) {
        const Node& node = flow.nodes[n];
        for (u32 k = 0; k < node.shape().operands; k++) {
            const Local* local = local_at(slot_in(draft, node, k));
            if (local == nullptr) continue;
            places_[n][k] = local->place;
            if (local->is_vector) vectors_[n] |= u8(1u << k);
        }
    }
}

const RegisterAssignment::Local* RegisterAssignment::local_at(u32 slot) const {
    if (slot >= local_at_.size() || local_at_[slot] == 0) return nullptr;
    return &locals_[local_at_[slot] - 1u];
}

bool RegisterAssignment::integers_live_behind(u32 node) const {
    const u32 point = 2 * node + 1;
    for (u32 n = 0; n < integer_registers; n++)
        if ((busy_[u32(integer_register(n))][point / 64] >> (point % 64) & 1) != 0) return true;
    return false;
}

// ---- Operands ----------------------------------------------------------------------------------

void RegisterAssignment::assign_operands(const Draft& draft, const Flow& flow, const Block& block) {
    open_.clear();
    for (u32 at = block.first; at < block.end; at++) {
        const Node& node = flow.nodes[at];
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
        if (!take(place, {2 * open.node + 1, 2 * open.last + 1 + late})) continue;
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

bool RegisterAssignment::take(Place place, Range range) {
    if (!is_free(busy_of(place), range)) return false;
    fill(busy_of(place), range);
    return true;
}

bool RegisterAssignment::is_free(const Busy& busy, Range range) const {
    for (u32 word = range.begin / 64; word <= (range.end - 1) / 64; word++) {
        u64 mask = ~u64(0);
        if (word == range.begin / 64) mask &= ~u64(0) << (range.begin % 64);
        if (word == (range.end - 1) / 64) mask &= ~u64(0) >> (63 - (range.end - 1) % 64);
        if ((busy[word] & mask) != 0) return false;
    }
    return true;
}

void RegisterAssignment::fill(Busy& busy, Range range) {
    for (u32 word = range.begin / 64; word <= (range.end - 1) / 64; word++) {
        u64 mask = ~u64(0);
        if (word == range.begin / 64) mask &= ~u64(0) << (range.begin % 64);
        if (word == (range.end - 1) / 64) mask &= ~u64(0) >> (63 - (range.end - 1) % 64);
        busy[word] |= mask;
    }
}

}  // namespace icvm::vm
