#include "vm/compile/compiler.hpp"

#include <algorithm>
#include <cstring>

#include "vm/base/check.hpp"
#include "vm/compile/families.hpp"

namespace icvm::vm {

namespace {

constexpr u32 narrow_slot_max = 0xFFFF;
/// Slots through which operations reach operands beyond narrow_slot_max: a pair for each operand
/// that is read; the last pair, which is written, may be one of them.
constexpr u32 scratch_slots = 8;
constexpr u32 scratch_written = scratch_slots - 2;
/// Greater frames never fit a stack anyway; keeps sums in the lower half of Code::weight.
constexpr u32 frame_slots_max = 1u << 24;
constexpr size_t cells_max = size_t(1) << 30;
/// 128 MiB: more than any canister's code.
constexpr size_t cells_reserved_max = size_t(1) << 24;

}  // namespace

Compiler::Compiler(const CompileInput& input)
    : input_(input), metering_(cells_, sites_), slots_(input.module, references_) {
    for (const DefinedType& type : input.module.types)
        results_max_ = std::max(results_max_, slots_of(type.function.results));
    functions_.reserve(input.module.functions.size());
    // Mostly enough, and what is not written costs no memory.
    cells_.reserve(std::min<size_t>(input.module.code_section.size, cells_reserved_max));
}

void Compiler::begin(std::span<const ValueType> locals) {
    const FunctionType& type = input_.module.function_type(function_);
    const u32 body_bytes =
        input_.module.functions[function_ - input_.module.imported_functions].body.size;
    // Each byte of the body pushes no more than that: most functions need no scratch slots.
    const u64 slots_max = 2 * u64(locals.size()) + u64(body_bytes) * results_max_;
    slots_.begin(locals, slots_max > narrow_slot_max - 2 * scratch_slots ? scratch_slots : 0);
    header_ = u32(cells_.size());
    functions_.push_back(header_);
    cells_.resize(cells_.size() + code_header_cells);
    offset_ = input_.module.functions[function_ - input_.module.imported_functions].body.offset;
    sites_.push_back({u32(cells_.size()), offset_, 0});
    reference_locals_first_.push_back(u32(reference_locals_.size()));
    for (size_t n = 0; n < locals.size(); n++)
        if (is_collected(input_.module, locals[n]))
            reference_locals_.push_back(slots_.slot_of_local(u32(n)));
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

void Compiler::finish(u32 height_max) {
    Code code{};
    const u32 parameters = slots_of(input_.module.function_type(function_).parameters);
    const u64 slots = std::min<u64>(u64(slots_.locals()) + height_max, frame_slots_max);
    code.weight = (u64(1) << 32) | slots;
    code.zero_first = parameters;
    code.zero_count = slots_.locals() - parameters;
    code.function = function_;
    code.guarded = input_.guarded;
    // Until here the entry's cost was kept in its place.
    std::memcpy(&code.entry_cost, &cells_[header_ + offsetof(Code, entry_cost) / sizeof(Cell)],
                sizeof(Cell));
    std::memcpy(&cells_[header_], &code, sizeof(Code));
}

bool Compiler::too_large() const {
    return metering_.overflown() || slots_.overflown() || cells_.size() > cells_max;
}

CodeUnit Compiler::publish() {
    CodeUnit unit;
    unit.cell_count = cells_.size();
    unit.cells = std::make_unique_for_overwrite<Cell[]>(cells_.size());
    std::copy(cells_.begin(), cells_.end(), unit.cells.get());
    unit.functions = std::move(functions_);
    unit.sites = std::move(sites_);
    unit.references = std::move(references_);
    reference_locals_first_.push_back(u32(reference_locals_.size()));
    if (!reference_locals_.empty())
        unit.reference_locals_first = std::move(reference_locals_first_);
    unit.reference_locals = std::move(reference_locals_);
    unit.handlers = std::move(handlers_);
    for (const u32 cell : calls_)
        unit.cells[cell] = reinterpret_cast<Cell>(&unit.code(unit.cells[cell]));
    return unit;
}

u32 Compiler::cost(Opcode opcode) const { return input_.costs.cost[place_of(opcode)]; }

void Compiler::instruction(const Instruction& i, const Proof&) {
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
    cells_.push_back(reinterpret_cast<Cell>(input_.handlers[size_t(operation)]));
    return u32(cells_.size() - 1);
}

void Compiler::add_site(u32 offset) {
    sites_.push_back({u32(cells_.size()), offset, 0});
    metering_.put_position_of_last_site();
}

/// A site at which a collection can come: the operands that are references are in their homes. The
/// instruction's own have been popped.
void Compiler::add_collecting_site(u32 offset) {
    place_collected();
    add_site(offset);
    sites_.back().references = slots_.chain();
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
        emit(Operation::copy_wide);
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
        emit(Operation::copy_wide);
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
            emit(Operation::copy_wide);
            append_halves(destination + n, source + n);
        }
    } else {
        emit(slots == 1 ? Operation::copy : Operation::copy_vector);
        append(destination | source << 16);
    }
    forget();
}

void Compiler::store_constant(u32 destination, u64 bits) {
    const u16 slot = begin_write(destination);
    if (bits <= 0xFFFFFFFF) {
        emit(Operation::constant);
        append_halves(slot, u32(bits));
    } else {
        emit(Operation::constant64);
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
    const u32 start = emit(operation);
    append_halves(destination | u32(a) << 16, high);
    remember(start, slot, operation, slots);
}

void Compiler::push_homes(std::span<const ValueType> types) {
    for (const ValueType type : types) slots_.push_home(type);
}

Result<CodeUnit, CompileError> compile_functions(const CompileInput& input) {
    Compiler compiler(input);
    for (size_t i = 0; i < input.module.functions.size(); i++) {
        const u32 function = u32(input.module.imported_functions + i);
        compiler.start(function);
        const Result<void, BodyError> walked =
            validate_function(input.module, input.types, function, compiler);
        if (!walked) return std::unexpected(CompileError{function, walked.error()});
        if (compiler.too_large())
            return std::unexpected(CompileError{
                function, {false, input.module.functions[i].body.offset, "function is too large"}});
    }
    return compiler.publish();
}

}  // namespace icvm::vm
