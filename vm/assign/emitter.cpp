#include "vm/assign/emitter.hpp"

#include <algorithm>
#include <bit>

#include "vm/base/check.hpp"
#include "vm/code/metering.hpp"
#include "vm/code/swapped.hpp"

namespace icvm::vm {

namespace {

/// Which operands are a and b; with the fields that they have.
u64 swap_fields(u64 fields, u32 first) {
    const u32 low = 16 * first, high = 16 * (first + 1);
    const u64 a = fields >> low & 0xFFFF, b = fields >> high & 0xFFFF;
    return (fields & ~(u64(0xFFFFFFFF) << low)) | b << low | a << high;
}

/// Two instructions that one handler runs: Operation::none when there is none.
Operation sequence_of(Operation first, Operation second) {
    struct Row {
        Operation first, second, both;
    };
    static constexpr Row rows[] = {
#define CODE_SEQUENCE(first, second, id, letters) \
    {Operation::first, Operation::second, Operation::id},
#include "vm/code/code.def"
    };
    for (const Row& row : rows)
        if (row.first == first && row.second == second) return row.both;
    return Operation::none;
}

/// What a sequence can begin with: of two cells.
bool begins_sequence(Operation operation) {
    return operation == Operation::copy || operation == Operation::constant ||
           operation == Operation::i32_add_si;
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
    for (u32 b = 0; b < flow.blocks.size(); b++) {
        const Block& block = flow.blocks[b];
        block_ = b;
        first_ = {};
        block_cells_.push_back(u32(cells.size()));
        emit_header_site(block);
        for (u32 n = block.first; n < block.end; n++)
            if (!flow.nodes[n].removed) emit_node(n);
        const Node& last = flow.nodes[block.end - 1];
        if (last.shape().falls_through() && b + 1 < flow.blocks.size()) emit_stores(b, b + 1);
    }
    emit_stubs();
    aim_targets();
}

/// The function's own site, and locals that are in registers from the start.
void Emitter::emit_entry() {
    if (!draft_->sites.empty()) sites_->push_back(draft_->sites[next_site_++]);
    for (const Unit& unit : locals().units()) {
        if (unit.begin != 0 || !locals().is_live(unit, 0)) continue;
        if (unit.slot < draft_->parameter_slots) {
            emit_copy(unit, true);
            continue;
        }
        const Place places[] = {unit.place};
        const FormTable& table = forms_[size_t(Operation::constant)];
        begin(Operation::constant, places, find_form(table, places), 0);
        push_fields(0);
    }
}

/// Locals that are in registers in the loop that begins here.
void Emitter::emit_loads(u32 header) {
    for (const Unit& unit : locals().loop_units())
        if (unit.begin == header && locals().is_live(unit, 2 * header)) emit_copy(unit, true);
}

/// Whether a local's slot is out of date on the way from one block to another.
bool Emitter::is_stored(const Unit& unit, u32 from, u32 to) const {
    const u32 target = flow_->blocks[to].first;
    return unit.is_written && unit.contains(flow_->blocks[from].first) && !unit.contains(target) &&
           locals().is_live(unit, 2 * target);
}

bool Emitter::stores_any(u32 from, u32 to) const {
    return std::ranges::any_of(locals().loop_units(),
                               [&](const Unit& unit) { return is_stored(unit, from, to); });
}

void Emitter::emit_stores(u32 from, u32 to) {
    for (const Unit& unit : locals().loop_units())
        if (is_stored(unit, from, to)) emit_copy(unit, false);
}

/// Ways out of loops on which locals go back to their slots: behind the function.
void Emitter::emit_stubs() {
    for (size_t n = 0; n < stubs_.size(); n++) {
        const Stub stub = stubs_[n];
        const u32 start = u32(cells_->size());
        stub_cells_.push_back(start);
        first_ = {};
        if (stub.to <= stub.from) emit_stub_site(stub.to, start);
        emit_stores(stub.from, stub.to);
        begin(Operation::jump, {}, handlers_[size_t(Operation::jump)], 0);
        cells_->push_back(0);
        targets_.push_back({u32(cells_->size() - 1), stub.to, false});
    }
}

/// A branch back to a loop may pause: the stub stands for its header.
void Emitter::emit_stub_site(u32 header, u32 cell) {
    const u32 at = flow_->nodes[flow_->blocks[header].first].origin;
    const auto site = std::ranges::lower_bound(draft_->sites, at, std::less<>{}, &Site::cell);
    sites_->push_back(*site);
    sites_->back().cell = cell;
}

void Emitter::emit_copy(const Unit& unit, bool to_place) {
    emit_copy(unit.is_vector, unit.slot, unit.place, to_place);
}

void Emitter::emit_copy(bool is_vector, u32 slot, Place place, bool to_place) {
    const Operation operation = is_vector ? Operation::copy_vector : Operation::copy;
    const Place places[] = {to_place ? place : Place::slot, to_place ? Place::slot : place};
    const void* handler = find_form(forms_[size_t(operation)], places);
    CHECK(handler != nullptr);
    const u64 fields = to_place ? u64(slot) << 16 : u64(slot);
    begin(operation, places, handler, fields);
    push_fields(fields);
}

/// Begins an instruction: returns where its handler is, or would be, when the one before does its
/// work (machine instructions: mix 5 % fewer, interpreter 4, json 3; arguments, and ends of loops).
u32 Emitter::begin(Operation operation, std::span<const Place> places, const void* handler,
                   u64 fields) {
    const u32 start = u32(cells_->size());
    const bool joined = first_.end == start && join(operation, places, fields);
    if (!joined) cells_->push_back(reinterpret_cast<Cell>(handler));
    first_ = {};
    if (joined) return start - 1;
    if (!begins_sequence(operation)) return start;
    first_ = {operation, {}, start, start + 2};
    std::ranges::copy(places.first(std::min(places.size(), first_.places.size())),
                      first_.places.begin());
    return start;
}

/// Makes a sequence of the instruction before and this one. A copy goes in front of a constant.
bool Emitter::join(Operation operation, std::span<const Place> places, u64 fields) {
    const u32 count = shape_of(first_.operation).operands;
    std::array<Place, FormTable::operands_max> all{};
    if (places.size() + count > all.size()) return false;
    swaps_ = first_.operation == Operation::constant && operation == Operation::copy;
    if (swaps_ && !is_apart(places, fields)) return swaps_ = false;
    const Operation both = swaps_ ? sequence_of(operation, first_.operation)
                                  : sequence_of(first_.operation, operation);
    if (both == Operation::none) return false;
    const std::span before{first_.places.data(), count};
    std::ranges::copy(swaps_ ? before : places,
                      std::ranges::copy(swaps_ ? places : before, all.begin()).out);
    const void* const handler =
        find_form(forms_[size_t(both)], {all.data(), count + places.size()});
    if (handler == nullptr) return swaps_ = false;
    (*cells_)[first_.start] = reinterpret_cast<Cell>(handler);
    return true;
}

/// A copy has nothing to do with the constant's destination before it.
bool Emitter::is_apart(std::span<const Place> places, u64 fields) const {
    const u16 slot = u16((*cells_)[first_.start + 1]);
    for (u32 n = 0; n < 2; n++) {
        if (places[n] != first_.places[0]) continue;
        if (places[n] != Place::slot || u16(fields >> 16 * n) == slot) return false;
    }
    return true;
}

/// The one cell of operands of a move.
void Emitter::push_fields(u64 fields) {
    cells_->push_back(fields);
    if (std::exchange(swaps_, false)) std::swap(cells_->end()[-1], cells_->end()[-2]);
}

/// The handler for these places; where there is none, with fewer operands in registers: the others
/// stay in `places`, to be copied.
const void* Emitter::choose(Operation operation, RegisterAssignment::Places& places, u64& fields,
                            u32 operands) const {
    u32 registers = 0;
    for (u32 n = 0; n < operands; n++)
        if (places[n] != Place::slot) registers |= 1u << n;
    if (registers == 0) return handlers_[size_t(operation)];
    const bool swaps = operands >= 2 && !shape_of(operation).writes(operands - 2) &&
                       swapped(operation) != Operation::none;
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
    if (node.operation == Operation::enter_loop) {
        emit_loads(index + 1);
        if (!metered) return;  // it has nothing else to do
    }
    u64 fields = shape.operands > 0 ? draft_->cells[node.cell + 1] : 0;
    const u32 vectors = registers_->vectors(index);
    RegisterAssignment::Places copied = registers_->places(index);
    const void* handler = choose(node.operation, copied, fields, shape.operands);
    // What is left in `copied` must go through its slot.
    for (u32 n = 0; n < shape.operands; n++)
        if (copied[n] != Place::slot && !shape.writes(n))
            emit_copy((vectors >> n & 1) != 0, u16(fields >> shape.shift(n)), copied[n], false);
    if (shape.read_half != Shape::no_half) copy_half_slot(index);
    RegisterAssignment::Places places = registers_->places(index);
    for (u32 n = 0; n < shape.operands; n++)
        if (copied[n] != Place::slot) places[n] = Place::slot;
    const u32 start = begin(node.operation, {places.data(), shape.operands}, handler, fields);
    emit_sites(node, start);
    emit_operands(node, start, fields);
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
    if (node.shape().read_half != Shape::no_half) copy_half_slot(index);
    const Operation operation =
        registers_->integers_live_behind(index) ? saving_form(node.operation) : node.operation;
    const u32 start = begin(operation, {}, handlers_[size_t(operation)], 0);
    emit_sites(node, start);
    emit_operands(node, start, draft_->cells[node.cell + 1]);
    copy_vectors(index, true);
}

void Emitter::copy_vectors(u32 index, bool to_place) {
    for (const Unit& unit : locals().units())
        if (is_vector_register(unit.place) && unit.contains(index) &&
            locals().is_live(unit, 2 * index + 1))
            emit_copy(unit, to_place);
}

void Emitter::copy_half_slot(u32 index) {
    const Unit* unit = locals().unit_at(half_slot(*draft_, flow_->nodes[index]), index);
    if (unit != nullptr) emit_copy(*unit, false);
}

/// The cells behind the handler, which is at `start`.
void Emitter::emit_operands(const Node& node, u32 start, u64 fields) {
    const Shape& shape = node.shape();
    u32 count = shape.cells;
    if (shape.conduct == Conduct::table) count += table_entries(*draft_, node);
    cells_->insert(cells_->end(), draft_->cells.begin() + node.cell + 1,
                   draft_->cells.begin() + node.cell + count);
    if (shape.operands > 0) (*cells_)[start + 1] = fields;
    if (std::exchange(swaps_, false)) std::swap((*cells_)[start], (*cells_)[start + 1]);
    const auto aim_from = [&](u32 at) {
        const u32 target = target_of(*draft_, node.cell + at);
        aim(start + at, flow_->block_at[target]);
    };
    if (shape.target != 0) aim_from(shape.target);
    for (u32 at = shape.cells; at < count; at++) aim_from(at);
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
void Emitter::emit_sites(const Node& node, u32 start) {
    const std::vector<Site>& sites = draft_->sites;
    for (; next_site_ < sites.size() && sites[next_site_].cell <= node.origin; next_site_++) {
        sites_->push_back(sites[next_site_]);
        sites_->back().cell = start;
    }
}

void Emitter::aim(u32 cell, u32 block) {
    if (!stores_any(block_, block)) return targets_.push_back({cell, block, false});
    // Entries of a table share their stubs.
    if (stub_of_.size() < flow_->blocks.size()) stub_of_.resize(flow_->blocks.size(), no_index);
    u32& stub = stub_of_[block];
    if (stub == no_index || stubs_[stub].from != block_) {
        stub = u32(stubs_.size());
        stubs_.push_back({block_, block});
    }
    targets_.push_back({cell, stub, true});
}

void Emitter::aim_targets() {
    for (const Target& target : targets_) {
        const u32 cell = target.is_stub ? stub_cells_[target.index] : block_cells_[target.index];
        set_half((*cells_)[target.cell], Half::low, cell - target.cell);
    }
}

}  // namespace icvm::vm
