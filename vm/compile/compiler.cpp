#include "vm/compile/compiler.hpp"

#include <algorithm>

#include "vm/base/check.hpp"
#include "vm/binary/instruction_reader.hpp"
#include "vm/binary/local_groups.hpp"
#include "vm/compile/families.hpp"

namespace icvm::vm {

namespace {

constexpr u32 narrow_slot_max = 0xFFFF;
/// Slots through which operations reach operands beyond narrow_slot_max: a pair for each operand
/// that is read; the last pair, which is written, may be one of them.
constexpr u32 scratch_slots = 8;
constexpr u32 scratch_written = scratch_slots - 2;
constexpr size_t cells_max = size_t(1) << 30;
/// Drafts with more than that are not kept: 128 KiB of cells.
constexpr size_t cells_kept_max = size_t(16) << 10;
/// Behind an instruction that only brings operands to where the next one reads them.
constexpr u32 nothing_dead = ~u32(0);

}  // namespace

Compiler::Compiler(const CompileInput& input)
    : input_(input), metering_(draft_.cells, draft_.sites), slots_(input.module, code_.references) {
    for (const DefinedType& type : input.module.types)
        results_max_ = std::max(results_max_, slots_of(type.function.results));
}

const FunctionCode& Compiler::compile(u32 function) {
    function_ = function;
    const ByteRange body =
        input_.module.functions[function - input_.module.imported_functions].body;
    ByteReader locals(input_.module.bytes, body);
    read_locals(locals);
    begin();
    const u32 end = body.offset + body.size;
    InstructionReader reader(input_.module, {locals.offset(), end - locals.offset()});
    for (Instruction i{}; !reader.at_end();) {
        const auto read = reader.next(i);
        CHECK(read);  // the validator has walked it
        instruction(i);
    }
    code_.function = function;
    input_.assign(draft_, input_.handlers, input_.forms, code_);
    return code_;
}

void Compiler::read_locals(ByteReader& reader) {
    draft_.locals = input_.module.function_type(function_).parameters;
    const auto read = read_local_groups(reader, [&](u32, u32 count, ValueType type) {
        draft_.locals.insert(draft_.locals.end(), count, type);
        return true;
    });
    CHECK(read);
}

void Compiler::begin() {
    const std::span<const ValueType> locals = draft_.locals;
    const FunctionType& type = input_.module.function_type(function_);
    const ByteRange body =
        input_.module.functions[function_ - input_.module.imported_functions].body;
    // Each byte of the body pushes no more than that: most functions need no scratch slots.
    const u64 slots_max = 2 * u64(locals.size()) + u64(body.size) * results_max_;
    slots_.begin(locals, slots_max > narrow_slot_max - 2 * scratch_slots ? scratch_slots : 0);
    draft_.cells.clear();
    draft_.rows.clear();
    draft_.sites.clear();
    draft_.handlers.clear();
    draft_.parameter_slots = slots_of(type.parameters);
    draft_.local_slots = slots_.locals();
    code_.cells.clear();
    code_.sites.clear();
    code_.handlers.clear();
    code_.references.clear();
    code_.reference_locals.clear();
    offset_ = body.offset;
    draft_.sites.push_back({0, offset_, 0});
    for (size_t n = 0; n < locals.size(); n++)
        if (is_collected(input_.module, locals[n]))
            code_.reference_locals.push_back(slots_.slot_of_local(u32(n)));
    metering_.begin(input_.costs.function_entry);
    frames_.clear();
    open_handlers_.clear();
    clauses_.clear();
    frames_.push_back(
        {.opcode = Opcode::block, .results = u32(type.results.size()), .type = &type});
    live_ = true;
    entry_open_ = true;
    open_loop_ = nowhere;
    dead_blocks_ = 0;
    forget();
}

bool Compiler::too_large() const { return metering_.overflown() || code_.cells.size() > cells_max; }

void Compiler::shrink() {
    if (draft_.cells.capacity() <= cells_kept_max && !slots_.is_large()) return;
    draft_ = {};
    code_ = {};
    slots_.shrink();
}

u32 Compiler::cost(Opcode opcode) const { return input_.costs.cost[place_of(opcode)]; }

void Compiler::instruction(const Instruction& i) {
    if (!live_) return dead_instruction(i.opcode);
    metering_.add(cost(i.opcode));
    first_of_block_ = metering_.first_of_unchecked_block();
    offset_ = i.offset;
    const FamilyRow& row = families[place_of(i.opcode)];
    switch (row.family) {
        case Family::other: return other(i);
        case Family::equal_zero: return equal_zero(row.first);
        case Family::numeric: return numeric(row);
        case Family::load: return load(i, row.first, types::i64);
        case Family::store: return store(i, row.first, slots_.pop());
        case Family::memory: return memory(i);
        case Family::reference: CHECK(reference(i)); return;
        case Family::aggregate: CHECK(aggregate(i)); return;
        case Family::wide: return wide(row);
        case Family::vector: return vector(row);
        case Family::vector_lane: return vector_lane(i, row);
        case Family::vector_load: return load(i, row.first, types::v128);
        case Family::vector_store: return vector_store(i, row);
        case Family::vector_load_lane: return vector_load_lane(i, row);
        case Family::vector_store_lane: return vector_store_lane(i, row);
    }
}

/// Parametric and variable instructions, constants, control.
void Compiler::other(const Instruction& i) {
    switch (i.opcode) {
        case Opcode::nop: return;
        case Opcode::drop: slots_.pop(); return;
        case Opcode::select:
        case Opcode::select_typed: return select();
        case Opcode::local_get: return slots_.push_local(i.index);
        case Opcode::local_set: return local_set(i.index, false);
        case Opcode::local_tee: return local_set(i.index, true);
        case Opcode::global_get: return global_get(i.index);
        case Opcode::global_set: return global_set(i.index);
        case Opcode::i32_const:
        case Opcode::i64_const:
        case Opcode::f32_const:
        case Opcode::f64_const: return slots_.push_constant(i.bits);
        case Opcode::v128_const: return vector_constant(i);
        case Opcode::ref_null: return slots_.push_constant(0);
        case Opcode::ref_func: return emit_to_home(Operation::ref_func, 0, i.index);
        case Opcode::ref_is_null: return equal_zero(Operation::i64_eq_si);
        default: return control(i);
    }
}

u32 Compiler::emit(Operation operation) {
    return emit_above(std::max(kept_, slots_.home(slots_.height())), operation);
}

/// An operation that writes a new operand, whose home is `slot`, or does it for another one:
/// whatever is popped is needed still.
u32 Compiler::emit_result(u32 slot, Operation operation) {
    return emit_above(std::max(kept_, slot), operation);
}

/// Behind the operation the operands' homes from `top` on are dead, but for what it writes.
u32 Compiler::emit_above(u32 top, Operation operation) {
    const u32 cell = u32(draft_.cells.size());
    draft_.rows.push_back({cell, top});
    draft_.cells.push_back(Cell(operation));
    return cell;
}

/// Takes back what was emitted from `cell` on.
void Compiler::remove_from(u32 cell) {
    draft_.cells.resize(cell);
    while (!draft_.rows.empty() && draft_.rows.back().cell >= cell) draft_.rows.pop_back();
}

void Compiler::add_site(u32 offset) {
    draft_.sites.push_back({u32(draft_.cells.size()), offset, 0});
    metering_.put_position_of_last_site();
}

/// A site at which a collection can come: the operands that are references are in their homes. The
/// instruction's own have been popped.
void Compiler::add_collecting_site(u32 offset) {
    place_collected();
    add_site(offset);
    draft_.sites.back().references = slots_.chain();
}

/// The operands that are references, and are not chained yet, go to their homes.
void Compiler::place_collected() {
    for (u32 n = slots_.collected_count(); n > slots_.chained(); n--)
        place(slots_.collected_index(n - 1));
}

/// The first of `slots` slots that the next operation can name; `number` tells its sources apart.
u16 Compiler::read(u32 slot, u32 number, u32 slots) {
    if (slot <= narrow_slot_max) [[likely]]
        return u16(slot);
    const u32 scratch = slots_.scratch() + 2 * number;
    for (u32 n = 0; n < slots; n++) {
        emit_above(nothing_dead, Operation::copy_wide);
        append_halves(scratch + n, slot + n);
    }
    return u16(scratch);
}

/// The slot that the next operation is to name for a result in `slot`; end_write follows it.
u16 Compiler::begin_write(u32 slot) const {
    return u16(slot <= narrow_slot_max ? slot : slots_.scratch() + scratch_written);
}

void Compiler::end_write(u32 slot, u32 slots) {
    if (slot <= narrow_slot_max) return;
    for (u32 n = 0; n < slots; n++) {
        emit_above(nothing_dead, Operation::copy_wide);
        append_halves(slot + n, slots_.scratch() + scratch_written + n);
    }
}

/// Ends the writing of an operand to its home, by the operation at `start`.
void Compiler::remember(u32 start, u32 slot, Operation operation, u32 slots) {
    end_write(slot, slots);
    if (slot <= narrow_slot_max) [[likely]]
        last_ = {.start = start, .destination = slot, .operation = operation};
    else
        forget();
}

/// Where an operand that was popped is; a constant goes to its home.
u32 Compiler::slot_of(const Operand& operand) {
    if (operand.kind == Operand::Kind::local) return operand.local;
    if (operand.kind == Operand::Kind::constant) store_constant(operand.home, operand.bits);
    return operand.home;
}

/// Two slots may overlap with their source above them.
void Compiler::copy(u32 destination, u32 source, u32 slots) {
    if (std::max(destination, source) > narrow_slot_max) [[unlikely]] {
        for (u32 n = 0; n < slots; n++) {
            emit_above(nothing_dead, Operation::copy_wide);
            append_halves(destination + n, source + n);
        }
    } else {
        emit_above(nothing_dead, slots == 1 ? Operation::copy : Operation::copy_vector);
        append(destination | source << 16);
    }
    forget();
}

void Compiler::store_constant(u32 destination, u64 bits) {
    const u16 slot = begin_write(destination);
    if (bits <= 0xFFFFFFFF) {
        emit_above(nothing_dead, Operation::constant);
        append_halves(slot, u32(bits));
    } else {
        emit_above(nothing_dead, Operation::constant64);
        append(slot);
        append(bits);
    }
    end_write(destination, 1);
    forget();
}

/// Writes an operand, wherever it is, to a slot.
void Compiler::assign(u32 destination, const Operand& operand) {
    if (operand.kind == Operand::Kind::constant) return store_constant(destination, operand.bits);
    const u32 source = slot_of(operand);
    if (source != destination) copy(destination, source, operand.slots);
}

void Compiler::place(u32 index) {
    const Operand operand = slots_[index];
    if (operand.kind == Operand::Kind::home) return;
    assign(operand.home, operand);
    slots_.set_home(index);
}

/// The topmost operands go to their homes, the youngest first.
void Compiler::place_top(u32 count) {
    for (u32 index = slots_.height(); count > 0; count--) place(--index);
}

/// No operand is left in a local: what follows may run on one way of several.
void Compiler::settle() {
    for (u32 index = slots_.height(); index > slots_.settled(); index--)
        if (slots_[index - 1].kind == Operand::Kind::local) place(index - 1);
    slots_.settle();
}

/// Emits "d a m" into a new operand's home.
void Compiler::emit_to_home(Operation operation, u16 a, u32 high, ValueType type) {
    emit_to(slots_.push_home(type), operation, a, high, type.slots());
}

/// The same into the home of the operand that was just pushed.
void Compiler::emit_to(u32 slot, Operation operation, u16 a, u32 high, u32 slots) {
    const u16 destination = begin_write(slot);
    const u32 start = emit_result(slot, operation);
    append_halves(destination | u32(a) << 16, high);
    remember(start, slot, operation, slots);
}

void Compiler::push_homes(std::span<const ValueType> types) {
    for (const ValueType type : types) slots_.push_home(type);
}

}  // namespace icvm::vm
