#include "vm/compile/function_head.hpp"

#include <algorithm>

#include "vm/code/metering.hpp"
#include "vm/compile/slots.hpp"

namespace icvm::vm {

namespace {

/// Greater frames never fit a stack anyway; keeps sums in the lower half of Code::weight.
constexpr u32 frame_slots_max = 1u << 24;
/// Of such a body the code's indices fit their fields: no byte makes more than 32 cells.
constexpr u32 body_bytes_safe = 1u << 24;

/// Instructions that end a block (docs/metering.md, "Blocks").
constexpr auto block_ends = [] {
    std::array<bool, opcode_places> ends{};
    for (const Opcode opcode :
         {Opcode::loop, Opcode::if_, Opcode::else_, Opcode::end, Opcode::br, Opcode::br_if,
          Opcode::br_table, Opcode::return_, Opcode::unreachable, Opcode::return_call,
          Opcode::return_call_indirect, Opcode::return_call_ref, Opcode::br_on_null,
          Opcode::br_on_non_null, Opcode::br_on_cast, Opcode::br_on_cast_fail, Opcode::throw_,
          Opcode::throw_ref})
        ends[place_of(opcode)] = true;
    return ends;
}();

u32 count_collected(const Module& module, std::span<const ValueType> types) {
    return u32(
        std::ranges::count_if(types, [&](ValueType type) { return is_collected(module, type); }));
}

}  // namespace

FunctionHead::FunctionHead(const Module& module, const CostTable& costs)
    : module_(module), costs_(costs), cost_max_(*std::ranges::max_element(costs.cost)) {
    references_of_type_.reserve(module.types.size());
    for (const DefinedType& type : module.types) {
        const u32 count = count_collected(module, type.function.parameters) +
                          count_collected(module, type.function.results);
        references_of_type_.push_back(count);
        counts_references_ = counts_references_ || count > 0;
    }
}

void FunctionHead::start(u32 function, Code& record) {
    function_ = function;
    record_ = &record;
    in_entry_ = true;
    entry_cost_ = costs_.function_entry;
}

void FunctionHead::begin(std::span<const ValueType> locals) {
    u32 slots = u32(locals.size());
    if (std::ranges::find(locals, types::v128) != locals.end())
        for (const ValueType type : locals) slots += type.slots() - 1;
    const u32 parameters = slots_of(module_.function_type(function_).parameters);
    local_slots_ = slots;
    record_->zeroed.store(parameters | u64(slots - parameters) << 32, std::memory_order_relaxed);
}

void FunctionHead::add_to_entry(Opcode opcode) {
    entry_cost_ += costs_.cost[place_of(opcode)];
    in_entry_ = !block_ends[place_of(opcode)];
}

/// A block pushes its parameters when it begins, and at its else; its results at its end.
void FunctionHead::count_references(const Instruction& i) {
    switch (i.opcode) {
        case Opcode::call: references_ += references_of(module_.function_types[i.index]); return;
        case Opcode::call_indirect:
        case Opcode::call_ref: references_ += references_of(i.index); return;
        case Opcode::try_table:
            for (const CatchClause& clause : i.catches)
                if (clause.kind == CatchClause::Kind::tag ||
                    clause.kind == CatchClause::Kind::tag_ref)
                    references_ += references_of(module_.tag_types[clause.tag]);
            [[fallthrough]];
        case Opcode::block:
        case Opcode::loop:
        case Opcode::if_:
            if (i.block_type.kind == BlockType::Kind::type_index)
                references_ += references_of(i.block_type.type_index);
            return;
        default: return;
    }
}

void FunctionHead::finish(u32 height_max) {
    const u64 slots = std::min<u64>(u64(local_slots_) + height_max, frame_slots_max);
    record_->weight = (u64(1) << 32) | slots;
    record_->entry_cost = entry_cost_;
    record_->function = function_;
}

bool FunctionHead::may_be_too_large() const {
    const u64 bytes = module_.functions[function_ - module_.imported_functions].body.size;
    return bytes > body_bytes_safe ||
           bytes * cost_max_ + costs_.function_entry > u64(Metering::position_max);
}

}  // namespace icvm::vm
