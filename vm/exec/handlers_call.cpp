#include "vm/exec/calls.hpp"
#include "vm/exec/compiled_module.hpp"
#include "vm/exec/moves.hpp"
#include "vm/runtime/host_function.hpp"

namespace icvm::vm {

namespace {

const CompiledModule& compiled_of(const Instance& instance) {
    return *static_cast<const CompiledModule*>(instance.code_owner.get());
}

/// A return into another instance: the entry below has the rest.
struct RestoreInstance {
    ICVM_INLINE Step run(Registers& r) {
        r.control--;
        r.pc = r.control->pc;
        r.instance = r.control->instance;
        for (u32 n = 0; n < integer_registers; n++) r.r[n] = r.control->r[n];
        r.memory = memory_register(*r.instance, compiled_of(*r.instance).guarded);
        return Step::next;
    }
};

const Cell* compile_called(const Registers& r) {
    return compiled_of(*r.instance).code->compile(Code::around(r.pc));
}

/// In the place of a function's code, whose frame is there: it has been charged for.
struct FirstCall {
    ICVM_INLINE Step run(Registers& r) {
        r.pc = compile_called(r);
        return Step::next;
    }
};

const Cell* handler_cell(Operation operation) {
    static const Cell cells[] = {
        reinterpret_cast<Cell>(handler_table()[size_t(Operation::restore_instance)]),
        reinterpret_cast<Cell>(handler_table()[size_t(Operation::finish)]),
    };
    return cells + (operation == Operation::finish ? 1 : 0);
}

/// Where the machine stands, for backtraces and for what the heap must keep. One after the other:
/// in pairs, as the compiler would have it, they are read where two stores have not yet arrived.
ICVM_INLINE void save_place(ExecutionState& state, const Registers& r) {
    state.registers.pc = r.pc;
    asm volatile("" ::: "memory");
    state.registers.fp = r.fp;
    asm volatile("" ::: "memory");
    state.registers.instance = r.instance;
    asm volatile("" ::: "memory");
    state.registers.control = r.control;
}

/// Results may come from outside with more bits than their types have.
ICVM_INLINE void trim_results(const HostFunction& host, u64* result) {
    for (const ValueType type : host.type.results) {
        *result = in_slot(type, *result);
        result += type.slots();
    }
}

/// Calls the host: the budget is exact, and the host may charge it. `replaces_frame`: the caller's
/// locals are no more.
ICVM_INLINE Step call_host(Registers& r, const FunctionInstance& function, u64* window,
                           i64 position, bool replaces_frame) {
    ExecutionState& state = state_of(r.control);
    state.budget.counter = r.budget - position;
    save_place(state, r);
    state.host_call = {&function, window, replaces_frame};
    state.trap.reason = TrapReason::host;
    HostCall call{window, nullptr, r.instance, &state.budget, &state.trap};
    if (r.instance != nullptr && r.instance->memories != nullptr)
        call.memory = r.instance->memories[0];
    const auto& host = *static_cast<const HostFunction*>(function.host);
    const HostOutcome outcome = host.body(host.context, call);
    state.host_call.function = nullptr;
    if (outcome == HostOutcome::trap) [[unlikely]]
        return Step::settled;
    trim_results(host, window);
    r.budget = state.budget.counter;
    return Step::next;
}

void switch_instance(Registers& r, const FunctionInstance& function) {
    r.instance = function.instance;
    r.memory = memory_register(*r.instance, static_cast<const Code*>(function.code)->guarded != 0);
}

void move_arguments(Registers& r, u32 first, u32 count) {
    for (u32 n = 0; n < count; n++) r.fp[n] = r.fp[first + n];
}

/// Replaces the frame by one of `code`: the sum of the limits goes on from the caller's.
ICVM_INLINE Step replace_frame(Registers& r, const Code& code, i64 position) {
    const u64 weight = r.control[-2].weight + code.weight;
    if (weight & weight_overrun) [[unlikely]]
        return trap(TrapReason::call_stack_exhausted);
    r.control[-1].weight = weight;
    move_arguments(r, field32(r, 2), field32(r, 4));
    spend(r, position);
    return begin_function(r, code);
}

/// A tail call of any function.
Step replace_by_function(Registers& r, const FunctionInstance& function, i64 position) {
    if (function.code == nullptr) {
        move_arguments(r, field32(r, 2), field32(r, 4));
        const Step step = call_host(r, function, r.fp, position, true);
        if (step != Step::next) return step;
        pop_entry(r);
        return Step::next;
    }
    const Code& code = *static_cast<const Code*>(function.code);
    if (function.instance == r.instance) return replace_frame(r, code, position);
    if (((r.control[-2].weight + code.weight) & weight_overrun) != 0)
        return trap(TrapReason::call_stack_exhausted);
    if (r.control[-1].pc != handler_cell(Operation::restore_instance)) {
        // The caller's instance is ours: its return will have to restore it.
        const ControlEntry entry = r.control[-1];
        r.control[-1].weight = r.control[-2].weight;
        r.control[-1].instance = r.instance;
        *r.control++ = {handler_cell(Operation::restore_instance), {entry.fp}, 0, {}};
    }
    const Step step = replace_frame(r, code, position);
    switch_instance(r, function);
    return step;
}

struct Call {
    ICVM_INLINE Step run(Registers& r) {
        const Code& code = *reinterpret_cast<const Code*>(r.pc[1]);
        return enter_function(r, code, r.fp + field32(r, 2), r.pc + 3, i32(field32(r, 3)));
    }
};

/// A function of another instance.
struct CallImportedAway {
    ICVM_INLINE Step run(Registers& r) {
        return call_function(r, *r.instance->functions[r.pc[1]], r.fp + field32(r, 2), r.pc + 3,
                             i32(field32(r, 3)));
    }
};

/// Who calls has saved what it needs again: no register need outlive the call of a C++ function.
/// (Emptily assigned, they are not put on the stack for it: 14 machine instructions.)
ICVM_INLINE void forget_registers(Registers& r) {
#if defined(__x86_64__) && !defined(ICVM_LOOP_DISPATCH)
    for (u64& one : r.r) asm volatile("" : "=r"(one));
    for (Lanes& one : r.x) asm volatile("" : "=x"(one));
#else
    (void)r;
#endif
}

/// The host, as nearly always: in the handler itself, where what the machine keeps stays in
/// registers (5.7 ns a call and return in place of 8.9).
struct CallImported {
    using Slow = CallImportedAway;

    ICVM_INLINE Step run(Registers& r) {
        const FunctionInstance& function = *r.instance->functions[r.pc[1]];
        if (function.code != nullptr) [[unlikely]]
            return Step::slow;
        const Step step = call_host(r, function, r.fp + field32(r, 2), i32(field32(r, 3)), false);
        forget_registers(r);
        if (step != Step::next) [[unlikely]]
            return step;
        r.pc += 3;
        return Step::next;
    }
};

/// The same, after which the caller needs its registers again.
struct CallImportedSaving {
    using Slow = CallImportedAway;

    ICVM_INLINE Step run(Registers& r) {
        save_registers(r);
        const Step step = CallImported::run(r);
        if (step == Step::next) restore_registers(r);
        return step;
    }
};

/// The element of the table that a call_indirect means; null, too (Wasm 4.4.8).
ICVM_INLINE Step find_element(const Registers& r, u64 index, const FunctionInstance*& function) {
    const TableInstance& table = *r.instance->tables[field32(r, 1)];
    if (index >= table.size) [[unlikely]]
        return trap(TrapReason::undefined_element);
    function = reinterpret_cast<const FunctionInstance*>(table.elements[index]);
    return Step::next;
}

/// The same, when it is a function of a type that matches; `type_cell` has the type.
Step find_callee(Registers& r, u32 index_slot, u32 type_cell, const FunctionInstance*& function) {
    const u64 index = slot(r, index_slot);
    if (const Step step = find_element(r, index, function); step != Step::next) return step;
    if (function == nullptr) {
        state_of(r.control).trap.message = "uninitialized element " + std::to_string(index);
        return trap(TrapReason::uninitialized_element);
    }
    const auto& type = *reinterpret_cast<const RuntimeType*>(r.pc[type_cell]);
    if (!is_subtype(*function->runtime_type, type))
        return trap(TrapReason::indirect_call_type_mismatch);
    return Step::next;
}

/// Into another instance, or the host, or of a subtype; or to nobody.
struct CallIndirectAway {
    ICVM_INLINE Step run(Registers& r) {
        const FunctionInstance* function = nullptr;
        const Step step = find_callee(r, field32(r, 4), 4, function);
        if (step != Step::next) return step;
        return call_function(r, *function, r.fp + field32(r, 2), r.pc + 5, i32(field32(r, 3)));
    }
};

struct CallIndirect {
    using Slow = CallIndirectAway;

    ICVM_INLINE Step run(Registers& r) {
        const FunctionInstance* function = nullptr;
        const Step step = find_element(r, slot(r, field32(r, 4)), function);
        if (step != Step::next) [[unlikely]]
            return step;
        if (function == nullptr || u32(function->type) != field32(r, 0) ||
            function->instance != r.instance) [[unlikely]]
            return Step::slow;
        const Code& code = *static_cast<const Code*>(function->code);
        return enter_function(r, code, r.fp + field32(r, 2), r.pc + 5, i32(field32(r, 3)));
    }
};

/// A call after which the caller needs its registers again.
template <class Body>
struct Saving : Body {
    ICVM_INLINE Step run(Registers& r) {
        save_registers(r);
        return Body::run(r);
    }
};

struct ReturnCall {
    ICVM_INLINE Step run(Registers& r) {
        return replace_frame(r, *reinterpret_cast<const Code*>(r.pc[1]), i32(field32(r, 3)));
    }
};

struct ReturnCallImported {
    ICVM_INLINE Step run(Registers& r) {
        return replace_by_function(r, *r.instance->functions[r.pc[1]], i32(field32(r, 3)));
    }
};

/// Into another instance, or the host, or of a subtype; or to nobody.
struct ReturnCallIndirectAway {
    ICVM_INLINE Step run(Registers& r) {
        const FunctionInstance* function = nullptr;
        const Step step = find_callee(r, field32(r, 5), 4, function);
        if (step != Step::next) return step;
        return replace_by_function(r, *function, i32(field32(r, 3)));
    }
};

struct ReturnCallIndirect {
    using Slow = ReturnCallIndirectAway;

    ICVM_INLINE Step run(Registers& r) {
        const FunctionInstance* function = nullptr;
        const Step step = find_element(r, slot(r, field32(r, 5)), function);
        if (step != Step::next) [[unlikely]]
            return step;
        if (function == nullptr || u32(function->type) != field32(r, 0) ||
            function->instance != r.instance) [[unlikely]]
            return Step::slow;
        return replace_frame(r, *static_cast<const Code*>(function->code), i32(field32(r, 3)));
    }
};

/// Into another instance, or the host.
struct CallReferenceAway {
    ICVM_INLINE Step run(Registers& r) {
        const auto& function = *reinterpret_cast<const FunctionInstance*>(slot(r, field32(r, 2)));
        return call_function(r, function, r.fp + field32(r, 0), r.pc + 3, i32(field32(r, 1)));
    }
};

struct CallReference {
    using Slow = CallReferenceAway;

    ICVM_INLINE Step run(Registers& r) {
        const auto* function = reinterpret_cast<const FunctionInstance*>(slot(r, field32(r, 2)));
        if (function == nullptr) [[unlikely]]
            return trap(TrapReason::null_function_reference);
        if (function->instance != r.instance) [[unlikely]]
            return Step::slow;
        const Code& code = *static_cast<const Code*>(function->code);
        return enter_function(r, code, r.fp + field32(r, 0), r.pc + 3, i32(field32(r, 1)));
    }
};

/// Into another instance, or the host.
struct ReturnCallReferenceAway {
    ICVM_INLINE Step run(Registers& r) {
        const auto& function = *reinterpret_cast<const FunctionInstance*>(slot(r, field32(r, 0)));
        return replace_by_function(r, function, i32(field32(r, 3)));
    }
};

struct ReturnCallReference {
    using Slow = ReturnCallReferenceAway;

    ICVM_INLINE Step run(Registers& r) {
        const auto* function = reinterpret_cast<const FunctionInstance*>(slot(r, field32(r, 0)));
        if (function == nullptr) [[unlikely]]
            return trap(TrapReason::null_function_reference);
        if (function->instance != r.instance) [[unlikely]]
            return Step::slow;
        return replace_frame(r, *static_cast<const Code*>(function->code), i32(field32(r, 3)));
    }
};

}  // namespace

void finish_first_call(Registers& r) {
    const auto first_call = Cell(handler_table()[size_t(Operation::first_call)]);
    if (r.instance != nullptr && *r.pc == first_call) r.pc = compile_called(r);
}

const Cell* finish_cell() { return handler_cell(Operation::finish); }
const Cell* restore_instance_cell() { return handler_cell(Operation::restore_instance); }

Step call_function(Registers& r, const FunctionInstance& function, u64* window,
                   const Cell* return_pc, i64 position) {
    if (function.code == nullptr) {
        const Step step = call_host(r, function, window, position, false);
        if (step == Step::next) r.pc = return_pc;
        return step;
    }
    const Code& code = *static_cast<const Code*>(function.code);
    if (function.instance == r.instance)
        return enter_function(r, code, window, return_pc, position);
    const u64 weight = r.control[-1].weight;
    if (((weight + code.weight) & weight_overrun) != 0)
        return trap(TrapReason::call_stack_exhausted);
    r.control->pc = return_pc;
    r.control->weight = weight;
    r.control->instance = r.instance;
    r.control++;
    switch_instance(r, function);
    return enter_function(r, code, window, handler_cell(Operation::restore_instance), position);
}

void put_call_handlers(Handlers& handlers) {
    handlers.put<FirstCall>(Operation::first_call);
    handlers.put<RestoreInstance>(Operation::restore_instance);
#define CODE_CALL_SEQUENCE(id, Body, letters) \
    BehindMove<Body, true>::put(handlers, Operation::copy_##id, Operation::constant_##id);
#include "vm/code/code.def"
    handlers.put<Call>(Operation::call);
    handlers.put<CallImported>(Operation::call_imported);
    handlers.put<CallIndirect>(Operation::call_indirect);
    handlers.put<ReturnCall>(Operation::return_call);
    handlers.put<ReturnCallImported>(Operation::return_call_imported);
    handlers.put<ReturnCallIndirect>(Operation::return_call_indirect);
    handlers.put<CallReference>(Operation::call_reference);
    handlers.put<Saving<Call>>(Operation::call_saving);
    handlers.put<CallImportedSaving>(Operation::call_imported_saving);
    handlers.put<Saving<CallIndirect>>(Operation::call_indirect_saving);
    handlers.put<Saving<CallReference>>(Operation::call_reference_saving);
    handlers.put<ReturnCallReference>(Operation::return_call_reference);
}

}  // namespace icvm::vm
