/// Exceptions. The body of a try_table is code like any other; where its clauses land is behind it.

#include "vm/compile/compiler.hpp"

namespace icvm::vm {

void Compiler::try_table(const Instruction& i) {
    settle();
    open_frame(i);
    Frame& frame = frames_.back();
    frame.body_cell = u32(draft_.cells.size());
    frame.clauses = u32(clauses_.size());
    frame.open_handlers = u32(open_handlers_.size());
    clauses_.insert(clauses_.end(), i.catches.begin(), i.catches.end());
    // A comparison before the body stays there: without its code the body would begin earlier.
    forget();
}

/// The end of a try_table with clauses, with its results, when control comes here, in their homes.
void Compiler::emit_landings(const Frame& frame) {
    const u32 end_cell = u32(draft_.cells.size());
    const u32 first = u32(draft_.handlers.size());
    if (live_) {
        emit(Operation::jump);
        append(0);
    }
    const u32 jump = u32(draft_.cells.size() - 1);
    for (size_t n = frame.clauses; n < clauses_.size(); n++)
        emit_landing(frame, clauses_[n], end_cell);
    if (live_) aim_here(jump);
    clauses_.resize(frame.clauses);
    link_handlers(frame, first);
}

/// Where a clause lands, with its values in their homes and at position 0: a branch to its label.
void Compiler::emit_landing(const Frame& frame, const CatchClause& clause, u32 end_cell) {
    using Kind = CatchClause::Kind;
    slots_.shrink_to(frame.base);
    draft_.handlers.push_back({frame.body_cell, end_cell, clause.kind, clause.tag,
                               u32(draft_.cells.size()), slots_.home(frame.base)});
    if (clause.kind == Kind::tag || clause.kind == Kind::tag_ref)
        push_homes(input_.module.types[input_.module.tag_types[clause.tag]].function.parameters);
    if (clause.kind == Kind::tag_ref || clause.kind == Kind::all_ref)
        slots_.push_home(types::exnref);
    Frame& target = frame_of(clause.label + 1);
    if (is_function(target)) return emit_return(0);
    if (!in_place(target)) move_to(target);
    emit_jump(target, 0);
}

/// Those that were within this try_table have it around them.
void Compiler::link_handlers(const Frame& frame, u32 first) {
    while (open_handlers_.size() > frame.open_handlers) {
        draft_.handlers[open_handlers_.back()].outer = first;
        open_handlers_.pop_back();
    }
    open_handlers_.push_back(first);
}

void Compiler::throw_(const Instruction& i) {
    const FunctionType& type = input_.module.types[input_.module.tag_types[i.index]].function;
    const u32 window = take_operands(u32(type.parameters.size()), i.offset);
    emit(Operation::throw_);
    append_halves(window, i.index);
    append(slots_of(type.parameters));
    close_block();
    live_ = false;
    forget();
}

void Compiler::throw_ref(const Instruction& i) {
    const u16 a = operand(slots_.pop(), 0);
    add_site(i.offset);
    emit(Operation::throw_reference);
    append(a);
    close_block();
    live_ = false;
    forget();
}

}  // namespace icvm::vm
