#include "vm/assign/locals.hpp"

#include <algorithm>

namespace icvm::vm {

namespace {

/// Registers that locals leave to operands.
constexpr u32 integers_kept = 1;
constexpr u32 vectors_kept = 1;
/// With more loops than that only the function as a whole is looked at.
constexpr size_t loops_max = 256;
/// Loops within so many others are parts of those: each exit is weighed for all that it leaves.
constexpr u32 depth_max = 8;
constexpr size_t units_max = 256;

}  // namespace

void LocalAssignment::build(const Draft& draft, const Flow& flow, const FormTables& forms,
                            Occupancy& occupancy) {
    draft_ = &draft;
    flow_ = &flow;
    forms_ = &forms;
    occupancy_ = &occupancy;
    units_.clear();
    loop_units_.clear();
    list_locals();
    weigh_locals();
    choose_candidates();
    choices_.clear();
    if (candidates_.empty()) return;
    liveness_.build(draft, flow);
    nest_regions();
    weigh_regions();
    collect_copies();
    list_choices();
    for (const Choice& choice : choices_)
        if (is_open(choice)) assign(choice, best_register(choice));
}

const Unit* LocalAssignment::unit_at(u32 slot, u32 node) const {
    const u32 number = number_at(slot);
    if (number == Liveness::no_candidate) return nullptr;
    for (const u32 index : units_of_[number])
        if (units_[index].contains(node)) return &units_[index];
    return nullptr;
}

void LocalAssignment::find_zeroed(u32& first, u32& count) const {
    first = draft_->parameter_slots;
    count = 0;
    u32 end = 0;
    for (const ValueType type : draft_->locals) {
        const u32 slot = end;
        end += type.slots();
        if (slot < draft_->parameter_slots) continue;
        const u32 number = number_at(slot);
        const bool is_known = number != Liveness::no_candidate;
        if (is_known && (liveness_.live_into(0) >> number & 1) == 0) continue;
        if (is_known && unit_at(slot, 0) != nullptr) continue;
        if (count == 0) first = slot;
        count = end - first;
    }
}

// ---- Candidates --------------------------------------------------------------------------------

void LocalAssignment::list_locals() {
    by_slot_.assign(draft_->local_slots, {});
    u32 slot = 0;
    for (const ValueType type : draft_->locals) {
        Candidate& candidate = by_slot_[slot];
        candidate.slot = slot;
        if (type == types::i32 || type == types::i64) candidate.file = File::integer;
        if (type == types::f32 || type == types::f64 || type == types::v128)
            candidate.file = File::vector;
        candidate.is_vector = type == types::v128;
        slot += type.slots();
    }
}

/// Calls `visit(block, slot, gain)` for each operand in the slot of a local.
template <class Visit>
void LocalAssignment::for_operands(const Visit& visit) const {
    for (u32 b = 0; b < flow_->blocks.size(); b++) {
        const Block& block = flow_->blocks[b];
        const i64 weight = Gains::weight(block);
        for (u32 n = block.first; n < block.end; n++) {
            const Node& node = flow_->nodes[n];
            if (node.removed) continue;
            const FormTable& table = (*forms_)[size_t(node.operation)];
            const Shape& shape = node.shape();
            for (u32 k = 0; k < shape.operands; k++) {
                const u32 slot = slot_in(*draft_, node, k);
                if (slot >= by_slot_.size()) continue;
                const bool takes = accepts(table, k, by_slot_[slot].file);
                visit(b, slot, weight * (takes ? Gains::form : -Gains::copy));
            }
            if (shape.read_half == Shape::no_half) continue;
            const u32 slot = half_slot(*draft_, node);
            if (slot < by_slot_.size()) visit(b, slot, -weight * Gains::copy);
        }
    }
}

void LocalAssignment::weigh_locals() {
    for_operands([&](u32, u32 slot, i64 gain) {
        by_slot_[slot].gain += gain;
        // The second half of a v128 by itself: it stays in its slots.
        if (by_slot_[slot].file == File::none && slot > 0 && by_slot_[slot - 1].is_vector)
            by_slot_[slot - 1].file = File::none;
    });
}

/// The heaviest; the others are followed as well as there is room, for find_zeroed.
void LocalAssignment::choose_candidates() {
    candidates_.clear();
    for (const Candidate& candidate : by_slot_)
        if (candidate.file != File::none) candidates_.push_back(candidate);
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
        units_of_[n].clear();
    }
}

// ---- Regions -----------------------------------------------------------------------------------

/// Loops lie within each other or apart.
void LocalAssignment::nest_regions() {
    const u32 blocks = u32(flow_->blocks.size());
    regions_.assign(1, {0, blocks, no_index});
    if (flow_->loops.size() <= loops_max)
        for (const Flow::Loop& loop : flow_->loops)
            if (flow_->blocks[loop.header].loop_depth <= depth_max)
                regions_.push_back({loop.header, loop.last + 1, 0});
    region_of_.assign(blocks, 0);
    u32 open = 0;
    u32 next = 1;
    for (u32 b = 0; b < blocks; b++) {
        while (open != 0 && regions_[open].end <= b) open = regions_[open].parent;
        if (next < regions_.size() && regions_[next].first == b) {
            regions_[next].parent = open;
            open = next++;
        }
        region_of_[b] = open;
    }
}

void LocalAssignment::weigh_regions() {
    gains_.assign(regions_.size() * candidates_.size(), 0);
    for_operands([&](u32 block, u32 slot, i64 value) {
        const u32 number = number_at(slot);
        if (number != Liveness::no_candidate) gain(region_of_[block], number) += value;
    });
    weigh_calls();
    for (u32 b = 0; b < flow_->blocks.size(); b++)
        regions_[region_of_[b]].written |= liveness_.written_in(b);
    for (u32 r = u32(regions_.size()); r-- > 1;) {
        const u32 parent = regions_[r].parent;
        regions_[parent].written |= regions_[r].written;
        for (u32 n = 0; n < candidates_.size(); n++) gain(parent, n) += gain(r, n);
    }
    weigh_entries();
    weigh_exits();
}

/// Integers are saved together, vectors one by one.
void LocalAssignment::weigh_calls() {
    for (u32 b = 0; b < flow_->blocks.size(); b++) {
        const Block& block = flow_->blocks[b];
        for (u32 at = block.first; at < block.end; at++) {
            if (flow_->nodes[at].shape().conduct != Conduct::call) continue;
            for (u32 n = 0; n < candidates_.size(); n++) {
                if (!liveness_.is_live(n, 2 * at + 1)) continue;
                const bool vector = candidates_[n].file == File::vector;
                gain(region_of_[b], n) -=
                    Gains::weight(block) * (vector ? 2 * Gains::copy : Gains::saving);
            }
        }
    }
}

void LocalAssignment::weigh_entries() {
    for (u32 r = 0; r < regions_.size(); r++) {
        const u32 first = regions_[r].first;
        const i64 weight = r == 0 ? 1 : Gains::weight(flow_->blocks[first - 1]);
        for (u32 n = 0; n < candidates_.size(); n++) {
            if ((liveness_.live_into(first) >> n & 1) == 0) continue;
            gain(r, n) -= weight * Gains::copy;
            // Nothing but a copy brings a v128 to its register.
            if (r == 0 && candidates_[n].is_vector &&
                candidates_[n].slot >= draft_->parameter_slots)
                gain(r, n) = 0;
        }
    }
}

void LocalAssignment::weigh_exits() {
    for (u32 b = 0; b < flow_->blocks.size(); b++)
        for (const u32 next : flow_->successors(flow_->blocks[b]))
            for (u32 r = region_of_[b]; r != 0; r = regions_[r].parent) {
                if (regions_[r].first <= next && next < regions_[r].end) break;
                const u64 stored = regions_[r].written & liveness_.live_into(next);
                for (u32 n = 0; n < candidates_.size(); n++)
                    if ((stored >> n & 1) != 0)
                        gain(r, n) -= Gains::weight(flow_->blocks[next]) * Gains::copy;
            }
}

/// A copy from one candidate to another is nothing when both have the same register.
void LocalAssignment::collect_copies() {
    copies_.clear();
    for (const Block& block : flow_->blocks)
        for (u32 at = block.first; at < block.end; at++) {
            const Node& node = flow_->nodes[at];
            if (node.removed || node.operation != Operation::copy) continue;
            const u32 to = number_at(slot_in(*draft_, node, 0));
            const u32 from = number_at(slot_in(*draft_, node, 1));
            if (std::max(to, from) == Liveness::no_candidate || to == from) continue;
            copies_.push_back({at, from, to, Gains::weight(block)});
        }
}

// ---- Registers ---------------------------------------------------------------------------------

void LocalAssignment::list_choices() {
    for (u32 r = 0; r < regions_.size(); r++)
        for (u32 n = 0; n < candidates_.size(); n++)
            if (gain(r, n) >= Gains::least) choices_.push_back({gain(r, n), r, n});
    std::ranges::sort(choices_, [](const Choice& a, const Choice& b) {
        if (a.gain != b.gain) return a.gain > b.gain;
        return a.region != b.region ? a.region < b.region : a.number < b.number;
    });
}

/// Nothing is chosen yet that goes against it.
bool LocalAssignment::is_open(const Choice& choice) const {
    if (units_.size() == units_max) return false;
    const u32 begin = begin_of(regions_[choice.region]), end = end_of(regions_[choice.region]);
    return std::ranges::none_of(units_of_[choice.number], [&](u32 unit) {
        return units_[unit].begin < end && begin < units_[unit].end;
    });
}

void LocalAssignment::assign(const Choice& choice, Place place) {
    if (place == Place::slot) return;
    const Region& region = regions_[choice.region];
    all_ranges(choice.number, region, [&](Range range) {
        occupancy_->fill(place, range);
        return true;
    });
    const Candidate& candidate = candidates_[choice.number];
    units_of_[choice.number].push_back(u32(units_.size()));
    units_.push_back({choice.number, candidate.slot, place, candidate.is_vector,
                      (region.written >> choice.number & 1) != 0, begin_of(region),
                      end_of(region)});
    if (choice.region != 0) loop_units_.push_back(units_.back());
}

/// A free register, best the one that most copies come from or go to; none: slot.
Place LocalAssignment::best_register(const Choice& choice) const {
    const Region& region = regions_[choice.region];
    const bool integer = candidates_[choice.number].file == File::integer;
    const u32 count = integer ? integer_registers - integers_kept : vector_registers - vectors_kept;
    std::array<i64, place_count> copied{};
    const u32 end = end_of(region);
    auto next = std::ranges::lower_bound(copies_, begin_of(region), std::less<>{}, &Copy::node);
    for (; next != copies_.end() && next->node < end; ++next) {
        const Copy& copy = *next;
        if (copy.from != choice.number && copy.to != choice.number) continue;
        const u32 other = copy.from == choice.number ? copy.to : copy.from;
        if (const Unit* unit = unit_at(candidates_[other].slot, copy.node))
            copied[u32(unit->place)] += copy.weight;
    }
    Place best = Place::slot;
    for (u32 n = 0; n < count; n++) {
        const Place place = integer ? integer_register(n) : vector_register(n);
        if (best != Place::slot && copied[u32(place)] <= copied[u32(best)]) continue;
        const auto is_free = [&](Range range) { return occupancy_->is_free(place, range); };
        if (all_ranges(choice.number, region, is_free)) best = place;
    }
    return best;
}

// ---- Registers of temporaries ------------------------------------------------------------------

void LocalAssignment::displace(Temporaries& temporaries, const Occupancy& of_locals) {
    Occupancy others = of_locals;
    for (const Choice& choice : choices_) {
        if (!is_open(choice)) continue;
        const Place place = cheapest_register(choice, others, temporaries);
        if (place == Place::slot) continue;
        all_ranges(choice.number, regions_[choice.region], [&](Range range) {
            temporaries.evict(place, range, *occupancy_);
            others.fill(place, range);
            return true;
        });
        assign(choice, place);
    }
}

/// The register without another local whose temporaries bring least, when that is less than this
/// brings.
Place LocalAssignment::cheapest_register(const Choice& choice, const Occupancy& others,
                                         const Temporaries& temporaries) const {
    const bool integer = candidates_[choice.number].file == File::integer;
    Place best = Place::slot;
    i64 least = choice.gain;
    for (u32 n = 0; n < (integer ? integer_registers : vector_registers); n++) {
        const Place place = integer ? integer_register(n) : vector_register(n);
        i64 loss = 0;
        const auto adds = [&](Range range) {
            loss += temporaries.gain_in(place, range);
            return loss < least && others.is_free(place, range);
        };
        if (!all_ranges(choice.number, regions_[choice.region], adds)) continue;
        best = place;
        least = loss;
    }
    return best;
}

/// Whether `visit` says yes to all ranges of a candidate in a region, cut at its ends.
template <class Visit>
bool LocalAssignment::all_ranges(u32 number, const Region& region, const Visit& visit) const {
    const u32 begin = 2 * begin_of(region), end = 2 * end_of(region);
    const std::vector<Range>& ranges = liveness_.ranges[number];
    auto range = std::ranges::upper_bound(ranges, begin, std::less<>{}, &Range::end);
    for (; range != ranges.end() && range->begin < end; ++range)
        if (!visit(Range{std::max(range->begin, begin), std::min(range->end, end)})) return false;
    return true;
}

}  // namespace icvm::vm
