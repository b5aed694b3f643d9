#include "vm/exec/dispatch.hpp"

namespace icvm::vm {

namespace {

const Handlers& all_handlers() {
    static const Handlers handlers = [] {
        Handlers all;
        put_i32_handlers(all);
        put_i32_comparison_handlers(all);
        put_i64_handlers(all);
        put_i64_comparison_handlers(all);
        put_f32_handlers(all);
        put_f64_handlers(all);
        put_load_handlers(all);
        put_store_handlers(all);
        put_indexed_load_handlers(all);
        put_indexed_store_handlers(all);
        put_load64_handlers(all);
        put_store64_handlers(all);
        put_load_branch_handlers(all);
        put_control_handlers(all);
        put_call_handlers(all);
        put_fused_handlers(all);
        put_fused_i32_handlers(all);
        put_fused_i64_handlers(all);
        put_move_handlers(all);
        put_constant_handlers(all);
        put_bulk_handlers(all);
        put_table_handlers(all);
        put_reference_handlers(all);
        put_structure_handlers(all);
        put_array_handlers(all);
        put_exception_handlers(all);
        put_vector_move_handlers(all);
        put_vector_integer_handlers(all);
        put_vector_float_handlers(all);
        put_vector_constant_handlers(all);
        put_vector_lane_handlers(all);
        put_vector_load_handlers(all);
        put_vector_store_handlers(all);
        return all;
    }();
    return handlers;
}

}  // namespace

const HandlerTable& handler_table() { return all_handlers().addresses; }
const FormTables& form_tables() { return all_handlers().forms; }

#ifdef ICVM_LOOP_DISPATCH

std::string_view dispatcher_name() { return "loop"; }

void enter(ExecutionState& state) {
    Registers registers = state.registers;
    Step step = Step::next;
    while (step <= Step::taken) {
#ifdef ICVM_COUNT_DISPATCHES
        count_dispatch(registers);
#endif
        step = reinterpret_cast<Handler>(*registers.pc)(registers);
    }
    state.registers = registers;
    state.step = step;
}

#else

std::string_view dispatcher_name() { return "tail-call"; }

ICVM_HANDLER leave(ICVM_REGISTERS) { state_of(control).registers = ICVM_TAKE; }

void enter(ExecutionState& state) {
    const Registers r = state.registers;
    const Handler first = reinterpret_cast<Handler>(*r.pc);
    first(ICVM_PASS(r, first));
}

#endif

}  // namespace icvm::vm
