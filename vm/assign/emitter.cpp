#include "vm/assign/emitter.hpp"

#include <bit>

#include "vm/base/check.hpp"
#include "vm/compile/metering.hpp"
#include "vm/compile/swapped.hpp"

namespace icvm::vm {

namespace {

/// Which operands are a and b; with the fields that they have.
u64 swap_fields(u64 fields, u32 first) {
    const u32 low = 16 * first, high = 16 * (first + 1);
    const u64 a = fields >> low & 0xFFFF, b = fields >> high & 0xFFFF;
    return (fields & ~(u64(0xFFFFFFFF) << low)) | b << low | a << high;
}

}  // namespace

void Emitter::emit(const Draft& draft, const Flow& flow, const RegisterAssignment& registers,
                   std::vector<Cell>& cells, std::vector<Site>& sites) {
    draft_ = &draft;
    flow_ = &flow;
    registers_ = &registers;
    cells_ = &cells;
    sites_ = &sites;
    cells.clear();
    sites.clear();
    targets_.clear();
    next_site_ = 0;
    block_cells_.clear();
    emit_entry();
    for (const Block& block : flow.blocks) {
        block_cells_.push_back(u32(cells.size()));
        emit_header_site(block);
        for (u32 n = block.first; n < block.end; n++)
            if (!flow.nodes[n].removed) emit_node(n);
    }
    aim_targets();
}

/// The function's own site, and locals that are in registers from the start.
void Emitter::emit_entry() {
    if (!draft_->sites.empty()) sites_->push_back(draft_->sites[next_site_++]);
    const Liveness& liveness = registers_->liveness();
    for (const RegisterAssignment::Local& local : registers_->locals()) {
        if ((liveness.live_at_entry >> local.number & 1) == 0) continue;
        if (local.slot < draft_->parameter_slots) {
            emit_copy(local.is_vector, local.slot, local.place, true);
            continue;
        }
        const Place places[] = {local.place};
        const FormTable& table = forms_[size_t(Operation::constant)];
        cells_->push_back(reinterpret_cast<Cell>(find_form(table, places)));
        cells_->push_back(0);
    }
}

void Emitter::emit_copy(bool is_vector, u32 slot, Place place, bool to_place) {
    const Operation operation = is_vector ? Operation::copy_vector : Operation::copy;
    const Place places[] = {to_place ? place : Place::slot, to_place ? Place::slot : place};
    const void* handler = find_form(forms_[size_t(operation)], places);
    CHECK(handler != nullptr);
    cells_->push_back(reinterpret_cast<Cell>(handler));
    cells_->push_back(to_place ? u64(slot) << 16 : u64(slot));
}

/// The handler for these places; where there is none, with fewer operands in registers: the others
/// stay in `places`, to be copied.
const void* Emitter::choose(Operation operation, RegisterAssignment::Places& places, u64& fields,
                            u32 operands) const {
    u32 registers = 0;
    for (u32 n = 0; n < operands; n++)
        if (places[n] != Place::slot) registers |= 1u << n;
    if (registers == 0) return handlers_[size_t(operation)];
    const bool swaps = operands >= 2 && swapped(operation) != Operation::none;
    const u32 first = swaps ? operands - 2 : 0;
    // Subsets by their size: few copies first.
    for (u32 kept = u32(std::popcount(registers)); kept > 0; kept--) {
        for (u32 subset = registers; subset != 0; subset = (subset - 1) & registers) {
            if (u32(std::popcount(subset)) != kept) continue;
            RegisterAssignment::Places tried = places;
            for (u32 n = 0; n < operands; n++)
                if ((subset >> n & 1) == 0) tried[n] = Place::slot;
            const void* handler = find_form(forms_[size_t(operation)], {tried.data(), operands});
            if (handler == nullptr && swaps) {
                std::swap(tried[first], tried[first + 1]);
                handler = find_form(forms_[size_t(swapped(operation))], {tried.data(), operands});
                if (handler == nullptr) continue;
                fields = swap_fields(fields, first);
                std::swap(places[first], places[first + 1]);
            }
            if (handler == nullptr) continue;
            for (u32 n = 0; n < operands; n++)
                if (tried[n] != Place::slot) places[n] = Place::slot;
            return handler;
        }
    }
    return handlers_[size_t(operation)];
}

void Emitter::emit_node(u32 index) {
    const Node& node = flow_->nodes[index];
    const Shape& shape = node.shape();
    if (shape.conduct == Conduct::call) return emit_call(index);
    if (is_idle_copy(index)) return;
    u64 fields = shape.operands > 0 ? draft_->cells[node.cell + 1] : 0;
    const u32 vectors = registers_->vectors(index);
    RegisterAssignment::Places copied = registers_->places(index);
    const void* handler = choose(node.operation, copied, fields, shape.operands);
    // What is left in `copied` must go through its slot.
    for (u32 n = 0; n < shape.operands; n++)
        if (copied[n] != Place::slot && !shape.writes(n))
            emit_copy((vectors >> n & 1) != 0, u16(fields >> shape.shift(n)), copied[n], false);
    if (shape.read_half != Shape::no_half) copy_half_slot(node);
    emit_sites(node);
    emit_operation(node, handler, fields);
    for (u32 n = 0; n < shape.operands; n++)
        if (copied[n] != Place::slot && shape.writes(n))
            emit_copy((vectors >> n & 1) != 0, u16(fields >> shape.shift(n)), copied[n], true);
}

/// A copy from a register to itself.
bool Emitter::is_idle_copy(u32 index) const {
    const Operation operation = flow_->nodes[index].operation;
    const RegisterAssignment::Places& places = registers_->places(index);
    return (operation == Operation::copy || operation == Operation::copy_vector) &&
           places[0] != Place::slot && places[0] == places[1];
}

/// Vector registers that are needed behind the call go to their slots and come back.
void Emitter::emit_call(u32 index) {
    const Node& node = flow_->nodes[index];
    copy_vectors(index, false);
    if (node.shape().read_half != Shape::no_half) copy_half_slot(node);
    emit_sites(node);
    const Operation operation =
        registers_->integers_live_behind(index) ? saving_form(node.operation) : node.operation;
    emit_operation(node, handlers_[size_t(operation)], draft_->cells[node.cell + 1]);
    copy_vectors(index, true);
}

void Emitter::copy_vectors(u32 index, bool to_place) {
    for (const RegisterAssignment::Local& local : registers_->locals())
        if (is_vector_register(local.place) &&
            registers_->liveness().is_live(local.number, 2 * index + 1))
            emit_copy(local.is_vector, local.slot, local.place, to_place);
}

void Emitter::copy_half_slot(const Node& node) {
    const RegisterAssignment::Local* local = registers_->local_at(half_slot(*draft_, node));
    if (local != nullptr) emit_copy(local->is_vector, local->slot, local->place, false);
}

/// The handler and the cells behind it.
void Emitter::emit_operation(const Node& node, const void* handler, u64 fields) {
    const Shape& shape = node.shape();
    const u32 start = u32(cells_->size());
    cells_->push_back(reinterpret_cast<Cell>(handler));
    u32 count = shape.cells;
    if (shape.conduct == Conduct::table) count += table_entries(*draft_, node);
    cells_->insert(cells_->end(), draft_->cells.begin() + node.cell + 1,
                   draft_->cells.begin() + node.cell + count);
    if (shape.operands > 0) (*cells_)[start + 1] = fields;
    const auto aim = [&](u32 at) {
        const u32 target = target_of(*draft_, node.cell + at);
        targets_.push_back({start + at, flow_->block_at[target]});
    };
    if (shape.target != 0) aim(shape.target);
    for (u32 at = shape.cells; at < count; at++) aim(at);
}

/// A loop header's site is where its block begins, before copies of operands.
void Emitter::emit_header_site(const Block& block) {
    if (block.first == 0 || flow_->nodes[block.first - 1].operation != Operation::enter_loop)
        return;
    Site site = draft_->sites[next_site_++];
    site.cell = u32(cells_->size());
    sites_->push_back(site);
}

/// The other sites are where the instruction itself is.
void Emitter::emit_sites(const Node& node) {
    const std::vector<Site>& sites = draft_->sites;
    for (; next_site_ < sites.size() && sites[next_site_].cell <= node.origin; next_site_++) {
        sites_->push_back(sites[next_site_]);
        sites_->back().cell = u32(cells_->size());
    }
}

void Emitter::aim_targets() {
    for (const Target& target : targets_)
        set_half((*cells_)[target.cell], Half::low, block_cells_[target.block] - target.cell);
}

}  // namespace icvm::vm
