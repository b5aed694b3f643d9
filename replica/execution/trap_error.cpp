#include "replica/execution/trap_error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace icvm::replica {

namespace {

/// mainnet's engine collects no more.
constexpr size_t frames_max = 20;

/// "\nCanister Backtrace:\n…", when any function has a name.
std::string backtrace_text(const vm::Trap& trap) {
    const std::span frames(trap.frames.data(), std::min(trap.frames.size(), frames_max));
    const auto is_named = [](const vm::TrapFrame& frame) { return !frame.name.empty(); };
    if (std::ranges::none_of(frames, is_named)) return "";
    std::string text = "\nCanister Backtrace:\n";
    for (const vm::TrapFrame& frame : frames)
        text += is_named(frame) ? frame.name + "\n"
                                : fmt::format("unknown function at index {}\n", frame.function);
    return text;
}

std::string_view trap_code(vm::TrapReason reason) {
    switch (reason) {
        case vm::TrapReason::unreachable: return "unreachable";
        case vm::TrapReason::integer_divide_by_zero: return "integer division by 0";
        case vm::TrapReason::memory_out_of_bounds: return "heap out of bounds";
        case vm::TrapReason::table_out_of_bounds:
        case vm::TrapReason::undefined_element: return "table out of bounds";
        case vm::TrapReason::call_stack_exhausted: return "stack overflow";
        default: return "unknown";
    }
}

/// What is behind "Canister trapped: ".
std::string_view reason_of(const ExecutionError& error) {
    return std::string_view(error.text).substr(error.text.find(": ") + 2);
}

ExecutionError without_backtrace(const vm::Trap& trap, ExecutionContext& context) {
    switch (trap.reason) {
        case vm::TrapReason::out_of_budget:
            return context.slice_overrun ? slice_overrun(context.slice_overrun)
                                         : out_of_instructions(context.instruction_limit);
        case vm::TrapReason::indirect_call_type_mismatch:
            return contract_violation("function invocation does not match its signature");
        case vm::TrapReason::host:
            if (context.error) return *context.error;
            [[fallthrough]];
        default: return trapped(trap_code(trap.reason));
    }
}

/// Who must not read the canister's log gets no backtrace either.
bool shows_backtrace(const ExecutionContext& context) {
    const Settings& settings = context.canister->settings;
    return context.context == Context::start ||
           settings.allows(settings.log_visibility, context.caller);
}

}  // namespace

ExecutionError error_of_trap(const vm::Trap& trap, ExecutionContext& context) {
    ExecutionError error = without_backtrace(trap, context);
    const bool is_called = error.code == ErrorCode::canister_called_trap;
    if (!is_called && error.code != ErrorCode::canister_trapped) return error;
    const std::string backtrace = backtrace_text(trap);
    const std::string& message = context.trap_message;
    const std::string reason = !is_called        ? std::string(reason_of(error))
                               : message.empty() ? "(no message)"
                                                 : message;
    context.trap_line = fmt::format("[TRAP]: {}{}", reason, backtrace);
    if (shows_backtrace(context)) error.text += backtrace;
    return error;
}

Reject reject_of_trap(const vm::Trap& trap, ExecutionContext& context) {
    context.error = error_of_trap(trap, context);
    Reject reject = reject_of(*context.error, context.canister->id);
    for (const vm::TrapFrame& frame : trap.frames)
        reject.backtrace.push_back({frame.function, frame.name, frame.offset});
    return reject;
}

ExecutionError not_instantiated(std::string_view reason) {
    return {
        ErrorCode::canister_wasm_engine_error,
        fmt::format("Canister encountered a Wasm engine error: Failed to instantiate module: {}",
                    reason)};
}

}  // namespace icvm::replica
