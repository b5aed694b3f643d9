#include "vm/assign/temporaries.hpp"

#include <algorithm>

namespace icvm::vm {

namespace {

/// Operands that are followed at once.
constexpr size_t open_max = 16;

}  // namespace

void Temporaries::build(const Draft& draft, const Flow& flow, const FormTables& forms) {
    draft_ = &draft;
    flow_ = &flow;
    forms_ = &forms;
    all_.clear();
    for (const Block& block : flow.blocks) collect(block);
}

void Temporaries::collect(const Block& block) {
    const i64 weight = Gains::weight(block);
    open_.clear();
    for (u32 at = block.first; at < block.end; at++) {
        const Node& node = flow_->nodes[at];
        if (node.removed) continue;
        const Shape& shape = node.shape();
        read_operands(at, node);
        if (shape.is_hidden() || shape.conduct == Conduct::call) open_.clear();
        std::erase_if(open_, [&](const Temporary& open) {
            const bool dead =
                open.slot >= node.top || operand_written(*draft_, node, open.slot) != no_index;
            if (dead) close(open, weight);
            return dead;
        });
        write_operands(at, node);
    }
}

void Temporaries::write_operands(u32 at, const Node& node) {
    const Shape& shape = node.shape();
    const FormTable& table = (*forms_)[size_t(node.operation)];
    for (u32 k = 0; k < shape.operands; k++) {
        if (!shape.writes(k)) continue;
        const u32 slot = slot_in(*draft_, node, k);
        if (slot < draft_->local_slots) continue;
        if (!accepts(table, k, File::integer) && !accepts(table, k, File::vector)) continue;
        if (open_.size() == open_max) open_.erase(open_.begin());
        open_.push_back({.slot = slot, .node = at, .operand = u8(k), .last = at});
    }
}

void Temporaries::read_operands(u32 at, const Node& node) {
    const Shape& shape = node.shape();
    const auto drop = [&](u32 slot) {
        std::erase_if(open_, [&](const Temporary& open) { return open.slot == slot; });
    };
    if (shape.read_half != Shape::no_half) drop(half_slot(*draft_, node));
    for (u32 k = 0; k < shape.operands; k++) {
        const u32 slot = slot_in(*draft_, node, k);
        if (shape.writes(k) || slot < draft_->local_slots) continue;
        const auto found = std::ranges::find(open_, slot, &Temporary::slot);
        if (found == open_.end()) {
            drop(slot - 1);  // the second half of a v128 by itself
        } else if (found->count == Temporary::uses_max) {
            open_.erase(found);
        } else {
            found->uses[found->count++] = {at, u8(k)};
            found->last = at;
        }
    }
}

bool Temporaries::accept(const Temporary& open, File file) const {
    const auto takes = [&](u32 node, u32 operand) {
        return accepts((*forms_)[size_t(flow_->nodes[node].operation)], operand, file);
    };
    if (!takes(open.node, open.operand)) return false;
    for (u32 n = 0; n < open.count; n++)
        if (!takes(open.uses[n].node, open.uses[n].operand)) return false;
    return true;
}

/// The operand is dead: it can be in a register all the time.
void Temporaries::close(const Temporary& open, i64 weight) {
    if (open.count == 0) return;
    const bool integer = accept(open, File::integer);
    if (!integer && !accept(open, File::vector)) return;
    const u32 late = flow_->nodes[open.last].shape().writes_early ? 1 : 0;
    Temporary& temporary = all_.emplace_back(open);
    temporary.file = integer ? File::integer : File::vector;
    temporary.range = {2 * open.node + 1, 2 * open.last + 1 + late};
    temporary.gain = weight * Gains::form * (1 + open.count);
}

void Temporaries::place(Occupancy& occupancy) {
    for (Temporary& temporary : all_) {
        if (temporary.place != Place::slot) continue;
        const bool integer = temporary.file == File::integer;
        for (u32 n = integer ? integer_registers : vector_registers; n-- > 0;) {
            const Place place = integer ? integer_register(n) : vector_register(n);
            if (!occupancy.take(place, temporary.range)) continue;
            temporary.place = place;
            break;
        }
    }
}

void Temporaries::index() {
    for (Tenants& tenants : tenants_) tenants.clear();
    for (u32 n = 0; n < all_.size(); n++)
        if (all_[n].place != Place::slot)
            tenants_[u32(all_[n].place)].push_back({all_[n].range, all_[n].gain, n});
    for (Tenants& tenants : tenants_) {
        std::ranges::sort(tenants, {}, [](const Tenant& one) { return one.range.begin; });
        i64 sum = 0;
        for (Tenant& tenant : tenants) sum += std::exchange(tenant.before, sum);
        tenants.push_back({{no_index, no_index}, sum, no_index});
    }
}

/// The first that ends behind the point.
size_t Temporaries::first_behind(const Tenants& tenants, u32 point) const {
    const auto end = [](const Tenant& tenant) { return tenant.range.end; };
    return size_t(std::ranges::upper_bound(tenants, point, {}, end) - tenants.begin());
}

/// The first that begins there or behind it.
size_t Temporaries::first_from(const Tenants& tenants, u32 point) const {
    const auto begin = [](const Tenant& tenant) { return tenant.range.begin; };
    return size_t(std::ranges::lower_bound(tenants, point, {}, begin) - tenants.begin());
}

i64 Temporaries::gain_in(Place place, Range range) const {
    const Tenants& tenants = tenants_[u32(place)];
    return tenants[first_from(tenants, range.end)].before -
           tenants[first_behind(tenants, range.begin)].before;
}

void Temporaries::evict(Place place, Range range, Occupancy& occupancy) {
    const Tenants& tenants = tenants_[u32(place)];
    const size_t end = first_from(tenants, range.end);
    for (size_t n = first_behind(tenants, range.begin); n < end; n++) {
        Temporary& temporary = all_[tenants[n].temporary];
        if (temporary.place != place) continue;
        temporary.place = Place::slot;
        occupancy.release(place, temporary.range);
    }
}

}  // namespace icvm::vm
