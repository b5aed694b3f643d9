#include "vm/assign/assign.hpp"

#include <algorithm>

#include "vm/assign/copies.hpp"
#include "vm/assign/emitter.hpp"
#include "vm/assign/fusion.hpp"
#include "vm/assign/threading.hpp"

namespace icvm::vm {

namespace {

/// Exceptions land anywhere in a frame, and huge frames have operands behind scratch slots: they
/// keep everything in slots.
bool keeps_slots(const Draft& draft) {
    return !draft.handlers.empty() || std::ranges::any_of(draft.rows, [&](const Draft::Row& row) {
        return Operation(draft.cells[row.cell]) == Operation::copy_wide;
    });
}

}  // namespace

void assign_registers(Draft& draft, const HandlerTable& handlers, const FormTables& forms,
                      FunctionCode& code) {
    code.handlers = draft.handlers;
    code.zero_first = draft.parameter_slots;
    code.zero_count = draft.local_slots - draft.parameter_slots;
    if (keeps_slots(draft)) {
        code.cells = draft.cells;
        for (const Draft::Row& row : draft.rows)
            code.cells[row.cell] = reinterpret_cast<Cell>(handlers[size_t(draft.cells[row.cell])]);
        code.sites = draft.sites;
        return;
    }
    thread_jumps(draft);
    Flow flow;
    flow.build(draft);
    CopyElimination().eliminate(draft, flow);
    Fusion().fuse(draft, flow);
    RegisterAssignment registers;
    static const FormTables none{};
    registers.build(draft, flow, forms[size_t(Operation::copy)].handlers ? forms : none);
    registers.locals().find_zeroed(code.zero_first, code.zero_count);
    Emitter(handlers, forms).emit(draft, flow, registers, code.cells, code.sites);
}

}  // namespace icvm::vm
