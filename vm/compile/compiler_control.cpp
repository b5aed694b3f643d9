/// Blocks and branches.

#include "vm/base/check.hpp"
#include "vm/compile/compiler.hpp"

namespace icvm::vm {

namespace {

/// A branch's operands that are moved each by an instruction of its own: the code of more would
/// grow with their number, which no byte of the branch pays for.
constexpr u32 moved_singly_max = 4;

}  // namespace

/// Ends the block of metering; its position is from now on known.
i64 Compiler::close_block() {
    position_ = metering_.close();
    if (entry_open_) {
        // Calls have charged it before there was any code.
        CHECK(metering_.closed_cost() ==
              input_.records[function_ - input_.module.imported_functions].entry_cost);
        entry_open_ = false;
    }
    if (open_loop_ != nowhere) {
        Frame& frame = frames_[open_loop_];
        frame.loop_cost = metering_.closed_cost();
        draft_.cells[frame.loop_cell - 1] += Cell(frame.loop_cost);
        open_loop_ = nowhere;
    }
    return position_;
}

/// Dead code makes no code and costs nothing, but its blocks nest.
void Compiler::dead_instruction(Opcode opcode) {
    switch (opcode) {
        case Opcode::block:
        case Opcode::loop:
        case Opcode::if_:
        case Opcode::try_table: dead_blocks_++; return;
        case Opcode::else_:
            if (dead_blocks_ == 0) else_();
            return;
        case Opcode::end:
            if (dead_blocks_ == 0)
                end();
            else
                dead_blocks_--;
            return;
        default: return;
    }
}

void Compiler::control(const Instruction& i) {
    switch (i.opcode) {
        case Opcode::block: return block(i);
        case Opcode::loop: return loop(i);
        case Opcode::if_: return if_(i);
        case Opcode::else_: return else_();
        case Opcode::end: return end();
        case Opcode::br: return br(i.index);
        case Opcode::br_if: return br_if(i.index);
        case Opcode::br_table: return br_table(i);
        case Opcode::return_: return return_();
        case Opcode::unreachable: return unreachable(i);
        case Opcode::call: return call(i);
        case Opcode::call_indirect: return call_indirect(i);
        case Opcode::return_call: return return_call(i);
        case Opcode::return_call_indirect: return return_call_indirect(i);
        case Opcode::try_table: return try_table(i);
        case Opcode::throw_: return throw_(i);
        case Opcode::throw_ref: return throw_ref(i);
        default: CHECK(false);
    }
}

void Compiler::open_frame(const Instruction& i) {
    Frame frame{.opcode = i.opcode};
    switch (i.block_type.kind) {
        case BlockType::Kind::empty: break;
        case BlockType::Kind::value:
            frame.results = 1;
            frame.value = i.block_type.value;
            break;
        case BlockType::Kind::type_index: {
            const FunctionType& type = input_.module.types[i.block_type.type_index].function;
            frame.parameters = u32(type.parameters.size());
            frame.results = u32(type.results.size());
            frame.type = &type;
        }
    }
    frame.base = slots_.height() - frame.parameters;
    frames_.push_back(frame);
}

void Compiler::block(const Instruction& i) {
    settle();
    open_frame(i);
}

void Compiler::loop(const Instruction& i) {
    settle();
    open_frame(i);
    place_top(frames_.back().parameters);
    const i64 position = close_block();
    emit(Operation::enter_loop);
    append(Cell(position));
    frames_.back().loop_cell = u32(draft_.cells.size());
    open_loop_ = u32(frames_.size() - 1);
    metering_.open_loop();
    add_site(i.offset);
    draft_.sites.back().references = slots_.chain();
    forget();
}

void Compiler::if_(const Instruction& i) {
    const Condition condition = take_condition();
    settle();
    open_frame(i);
    place_top(frames_.back().parameters);
    const i64 position = close_block();
    const u32 cell = emit_branch(inverse(condition), false);
    set_half(draft_.cells[cell], Half::high, u32(position));
    frames_.back().else_branch = cell;
    metering_.open(position);
    forget();
}

void Compiler::else_() {
    Frame& frame = frames_.back();
    if (live_) {
        place_top(frame.results);
        emit_jump(frame, close_block());
    }
    const i64 before = i64(i32(draft_.cells[frame.else_branch] >> 32));
    bind(frame.else_branch, before);
    frame.else_branch = 0;
    slots_.shrink_to(frame.base);
    push_homes(parameters_of(frame));
    live_ = true;
    metering_.open(before);
    forget();
}

void Compiler::end() {
    Frame& frame = frames_.back();
    if (is_function(frame)) {
        if (live_) emit_return(close_block());
        frames_.pop_back();
        live_ = false;
        return;
    }
    const bool branched = frame.end_branches != 0 || frame.else_branch != 0;
    const bool landed = frame.opcode == Opcode::try_table && clauses_.size() != frame.clauses;
    const bool joined = branched || (landed && live_);
    if (live_) {
        if (joined) place_top(frame.results);
        close_block();
    }
    const i64 before = position_;
    if (landed) emit_landings(frame);
    if (joined) join(frame, before);
    live_ = live_ || joined;
    frames_.pop_back();
    if (live_) metering_.open(before);
}

/// Several ways meet at the end of a block: its results are in their homes on each.
void Compiler::join(Frame& frame, i64 before) {
    bind(frame.end_branches, before);
    bind(frame.else_branch, before);
    slots_.shrink_to(frame.base);
    push_homes(results_of(frame));
    forget();
}

u32 Compiler::arity(const Frame& frame) {
    return frame.opcode == Opcode::loop ? frame.parameters : frame.results;
}

std::span<const ValueType> Compiler::parameters_of(const Frame& frame) {
    if (frame.type == nullptr) return {};
    return frame.type->parameters;
}

std::span<const ValueType> Compiler::results_of(const Frame& frame) {
    if (frame.type == nullptr) return {&frame.value, frame.results};
    return frame.type->results;
}

/// The topmost operands have their homes where the frame's label wants them.
bool Compiler::in_place(const Frame& frame) const {
    return slots_.height() - arity(frame) == frame.base;
}

/// Moves the topmost operands to where the frame's label wants them; downwards, so that none is
/// overwritten before it has moved.
void Compiler::move_to(const Frame& frame) {
    const u32 count = arity(frame);
    const u32 first = slots_.height() - count;
    u32 destination = slots_.home(frame.base);
    if (count > moved_singly_max) {
        place_top(count);
        const u32 source = slots_.home(first);
        emit(Operation::copy_many);
        append_halves(destination, source);
        append_halves(slots_.home(slots_.height()) - source, 0);
        return forget();
    }
    for (u32 n = 0; n < count; n++) {
        const Operand& operand = slots_[first + n];
        assign(destination, operand);
        destination += operand.slots;
    }
}

void Compiler::emit_jump(Frame& frame, i64 position) {
    emit(frame.opcode == Opcode::loop ? Operation::repeat : Operation::jump);
    append(0);
    aim(u32(draft_.cells.size() - 1), frame, position);
    forget();
}

/// Fills the target cell of a branch to the frame's label, now (a loop) or when it is bound.
void Compiler::aim(u32 cell, Frame& frame, i64 position) {
    if (frame.opcode == Opcode::loop) {
        draft_.cells[cell] = u64(u32(frame.loop_cell - cell)) | u64(u32(position + frame.loop_cost))
                                                                    << 32;
    } else {
        draft_.cells[cell] = u64(frame.end_branches) | u64(u32(position)) << 32;
        frame.end_branches = cell;
    }
}

/// Aims a chain of branches at the code that comes next, whose block has that position before it.
void Compiler::bind(u32 chain, i64 before) {
    while (chain != 0) {
        const u64 cell = draft_.cells[chain];
        const i64 position = i32(cell >> 32);
        draft_.cells[chain] = u64(u32(draft_.cells.size() - chain)) | u64(u32(position - before))
                                                                          << 32;
        chain = u32(cell);
    }
}

/// Aims a branch within one block at the code that comes next.
void Compiler::aim_here(u32 cell) { draft_.cells[cell] = u32(draft_.cells.size() - cell); }

void Compiler::br(u32 label) {
    Frame& frame = frame_of(label);
    const i64 position = close_block();
    if (is_function(frame)) {
        emit_return(position);
    } else {
        if (in_place(frame))
            place_top(arity(frame));
        else
            move_to(frame);
        emit_jump(frame, position);
    }
    live_ = false;
}

void Compiler::br_if(u32 label) { branch_if(take_condition(), label); }

void Compiler::branch_if(const Condition& condition, u32 label) {
    Frame& frame = frame_of(label);
    const i64 position = close_block();
    if (is_function(frame) || (arity(frame) > 0 && !in_place(frame))) {
        // What is moved together is in its homes on both ways.
        const bool together = is_function(frame) ? slots_of(frame.type->results) > 1
                                                 : arity(frame) > moved_singly_max;
        if (together) place_top(arity(frame));
        const u32 skip = emit_branch(inverse(condition), false);
        if (is_function(frame)) {
            emit_return(position);
        } else {
            move_to(frame);
            emit_jump(frame, position);
        }
        aim_here(skip);
    } else {
        place_top(arity(frame));
        const u32 cell = emit_branch(condition, frame.opcode == Opcode::loop);
        aim(cell, frame, position);
    }
    metering_.open(position);
    forget();
}

void Compiler::br_table(const Instruction& i) {
    const u32 index = slot_of(slots_.pop());
    const u32 count = arity(frame_of(i.index));
    place_top(count);
    const u16 a = read(index, 0);
    const i64 position = close_block();
    const u32 table = emit(Operation::branch_table);
    append_halves(a, u32(i.labels.size()));
    const u32 entries = u32(draft_.cells.size());
    draft_.cells.resize(draft_.cells.size() + i.labels.size() + 1);
    for (size_t n = 0; n <= i.labels.size(); n++) {
        Frame& frame = frame_of(n < i.labels.size() ? i.labels[n] : i.index);
        const u32 cell = u32(entries + n);
        if (is_function(frame) || (count > 0 && !in_place(frame)))
            draft_.cells[cell] = stub_for(frame, table, position) - cell;
        else
            aim(cell, frame, position);
    }
    live_ = false;
    forget();
}

/// The code behind a branch_table that moves the operands for a label; one for each label.
u32 Compiler::stub_for(Frame& frame, u32 table, i64 position) {
    if (frame.stub_table == table) return frame.stub;
    frame.stub_table = table;
    frame.stub = u32(draft_.cells.size());
    if (is_function(frame)) {
        emit_return(position);
    } else {
        move_to(frame);
        emit_jump(frame, position);
    }
    return frame.stub;
}

void Compiler::return_() {
    emit_return(close_block());
    live_ = false;
}

/// The operands stay as they are: a conditional return goes on behind it.
void Compiler::emit_return(i64 position) {
    const u32 count = frames_.front().results;
    const u32 slots = slots_of(frames_.front().type->results);
    if (slots == 0) {
        emit(Operation::return_nothing);
        append_halves(0, u32(position));
    } else if (slots == 1) {
        const u16 a = operand(slots_[slots_.height() - 1], 0);
        emit(Operation::return_slot);
        append_halves(a, u32(position));
    } else {
        place_top(count);
        emit(Operation::return_many);
        append_halves(slots_.home(slots_.height() - count), u32(position));
        append_halves(slots, 0);
    }
    forget();
}

void Compiler::unreachable(const Instruction& i) {
    add_site(i.offset);
    emit(Operation::unreachable);
    close_block();
    live_ = false;
    forget();
}

/// Takes the condition of a branch from the operand stack, with the comparison that made it when
/// that was the last thing to be emitted.
Compiler::Condition Compiler::take_condition() {
    const Operand value = slots_.pop();
    const Last last = last_;
    forget();
    if (value.kind == Operand::Kind::home && last.start != nowhere &&
        last.destination == value.home) {
        if (last.compared != nowhere)
            return condition_at(last.compared, last.comparison, last.negated);
        if (find_comparison(last.operation)) return condition_at(last.start, last.operation, false);
    }
    return {.comparison = find_comparison(Operation::i32_ne),
            .a = operand(value, 0),
            .immediate = true};
}

/// Removes the comparison at `start`, the last that was emitted.
Compiler::Condition Compiler::condition_at(u32 start, Operation operation, bool negated) {
    const Comparison* comparison = find_comparison(operation);
    const u64 fields = draft_.cells[start + 1];
    Condition condition{.comparison = comparison, .a = u16(fields >> 16)};
    const u32 form = u32(operation) - u32(comparison->value);
    condition.immediate = form != 0;
    if (!condition.immediate)
        condition.b = u16(fields >> 32);
    else
        condition.bits = comparison->f64 ? draft_.cells[start + 2] : fields >> 32;
    if (form == 2) condition.comparison = find_comparison(comparison->swapped);
    remove_from(start);
    return negated ? inverse(condition) : condition;
}

Compiler::Condition Compiler::inverse(Condition condition) {
    condition.comparison = find_comparison(condition.comparison->inverse);
    return condition;
}

/// Emits a conditional branch; returns its target cell, to be aimed.
u32 Compiler::emit_branch(const Condition& condition, bool back) {
    emit(form_of(condition.comparison->branch,
                 (back ? repeat_forms : 0) + (condition.immediate ? 1 : 0)));
    const bool wide_immediate = condition.immediate && condition.comparison->f64;
    if (condition.immediate)
        append_halves(condition.a, wide_immediate ? 0 : u32(condition.bits));
    else
        append_halves(condition.a | u32(condition.b) << 16, 0);
    append(0);
    const u32 target = u32(draft_.cells.size() - 1);
    if (wide_immediate) append(condition.bits);
    return target;
}

}  // namespace icvm::vm
