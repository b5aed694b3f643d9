#include "replica/execution/call.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "replica/execution/answer.hpp"
#include "replica/execution/memory_limits.hpp"
#include "replica/execution/response.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

constexpr u64 second_ns = 1'000'000'000;

bool is_memory64(const Canister& canister) { return canister.code && canister.code->memory64; }

/// What an execution that failed leaves in the canister's log.
void log_failure(Subnet& subnet, Canister& canister, Entry& entry) {
    entry.apply_log(canister);
    const ExecutionContext& context = entry.context;
    if (context.trap_line.empty()) return;
    subnet.mark(canister, Part::log);
    canister.log.append(context.time_ns, context.trap_line, canister.settings.log_memory_limit);
}

/// Turns the calls that an execution has made into requests, with their callbacks.
void send_calls(Subnet& subnet, Canister& canister, ContextId context,
                ExecutionContext& execution) {
    for (OutgoingCall& call : execution.calls) {
        canister.cycles -= call.cost();
        canister.consumed.transmission += call.fee + call.prepaid_transmission;
        canister.consumed.instructions += call.prepaid_execution;
        const u64 deadline =
            call.timeout_s ? execution.time_ns / second_ns * second_ns + *call.timeout_s * second_ns
                           : 0;
        const CallbackId callback =
            canister.calls.new_callback({.context = context,
                                         .respondent = call.callee,
                                         .cycles = call.cycles,
                                         .prepaid_execution = call.prepaid_execution,
                                         .prepaid_transmission = call.prepaid_transmission,
                                         .deadline_ns = deadline,
                                         .on_reply = call.on_reply,
                                         .on_reject = call.on_reject,
                                         .on_cleanup = call.on_cleanup});
        send(subnet, {.sender = canister.id,
                      .receiver = call.callee,
                      .callback = callback,
                      .sender_version = canister.version - 1,  // as the execution saw it
                      .method = std::move(call.method),
                      .argument = std::move(call.argument),
                      .cycles = call.cycles,
                      .deadline_ns = deadline});
    }
    execution.calls.clear();
}

/// Effects of the first execution of a call, which has returned: its context is needed only when it
/// waits for answers itself.
void finish_call(Subnet& subnet, Canister& canister, Entry& entry, CallContext call) {
    ExecutionContext& execution = entry.context;
    call.cycles_available -= execution.cycles_accepted;
    call.instructions = entry.instructions();
    const bool has_answer = execution.has_responded();
    if (has_answer) respond(subnet, canister, call, execution.response);
    if (execution.calls.empty()) {
        if (!has_answer && !std::holds_alternative<SystemOrigin>(call.origin))
            respond_failure(subnet, canister, call, std::nullopt);
        return;
    }
    if (!has_answer) note_processing(subnet, call.origin);
    subnet.mark(canister, Part::calls);
    const ContextId id = canister.calls.new_context(std::move(call));
    send_calls(subnet, canister, id, execution);
    subnet.refresh(canister);
}

/// Runs what begins a call context, and concludes. `function`: the export.
Result<void, Failure> execute(Subnet& subnet, Canister& canister, CallContext call, Context context,
                              std::string_view function, Bytes argument,
                              const Prepayment& prepaid) {
    auto entry = TRY(Entry::make(subnet, canister, context));
    entry->context.caller = caller_of(call.origin);
    entry->context.argument = argument;
    entry->context.cycles_available = call.cycles_available;
    const auto* caller = std::get_if<CanisterOrigin>(&call.origin);
    if (caller && context == Context::update) entry->context.deadline_ns = caller->deadline_ns;
    auto ran = entry->run(function, prepaid.instructions_max);
    if (!ran && ran.error().kind != Failure::Kind::reject) return ran;
    settle(subnet, canister, prepaid, entry->instructions());
    if (!ran) {
        log_failure(subnet, canister, *entry);
        if (!std::holds_alternative<SystemOrigin>(call.origin))
            respond_failure(subnet, canister, call, std::move(ran.error().reject));
        return {};
    }
    entry->apply(canister);
    finish_call(subnet, canister, *entry, std::move(call));
    subnet.refresh(canister);
    return {};
}

/// Interface spec, "Message execution": why the call cannot begin.
std::optional<Reject> why_not(const Canister& canister, std::optional<ExportKind> kind,
                              const std::string& method) {
    if (canister.status != Status::running)
        return reject(canister.status == Status::stopped ? ErrorCode::canister_stopped
                                                         : ErrorCode::canister_stopping,
                      fmt::format("Canister {} is not running", canister.id.text()));
    if (!canister.code) return reject_of(no_wasm_module(), canister.id);
    if (!kind) return no_method(canister.id, "update", method);
    if (kind == ExportKind::composite_query)
        return reject(ErrorCode::composite_query_called_in_replicated_mode,
                      "Composite query cannot be called in replicated mode");
    if (kind == ExportKind::query) return std::nullopt;
    if (auto fits = check_heap(canister); !fits) return fits.error();
    return std::nullopt;
}

/// Nothing: it has no such method.
Result<std::optional<ExportKind>, Failure> kind_of(Subnet& subnet, const Canister& canister,
                                                   const std::string& method) {
    if (!canister.code) return std::nullopt;
    const auto module = TRY(subnet.module_of(canister));
    const auto found = module->methods.find(method);
    if (found == module->methods.end()) return std::nullopt;
    return found->second;
}

struct Task {
    std::string_view function;
    Context context;
};

constexpr Task tasks[] = {
    {"canister_heartbeat", Context::heartbeat},
    {"canister_global_timer", Context::global_timer},
    {"canister_on_low_wasm_memory", Context::on_low_wasm_memory},
};

}  // namespace

Result<Prepayment, Reject> prepay(Subnet& subnet, Canister& canister, u64 instructions_max,
                                  bool memory64, const Principal& caller) {
    const u128 cost = subnet.schedule().execution(instructions_max, memory64);
    if (auto why = out_of_cycles(canister, subnet.schedule(), cost, caller))
        return std::unexpected(reject(ErrorCode::canister_out_of_cycles, std::move(*why)));
    canister.cycles -= cost;
    return Prepayment{cost, instructions_max, memory64};
}

void settle(Subnet& subnet, Canister& canister, const Prepayment& prepaid, u64 instructions) {
    if (prepaid.cycles == 0) return;
    const u128 unused =
        subnet.schedule().instructions(prepaid.instructions_max - instructions, prepaid.memory64);
    canister.cycles += unused;
    canister.consumed.instructions += prepaid.cycles - unused;
}

Result<void, Failure> execute_call(Subnet& subnet, const Principal& id, Invocation call) {
    Canister& canister = subnet.change(id);
    CallContext context{.origin = std::move(call.origin),
                        .cycles_available = call.cycles,
                        .created_ns = subnet.time_ns()};
    const std::optional<ExportKind> kind = TRY(kind_of(subnet, canister, call.method));
    // A composite query takes the instructions of a query, too.
    const bool is_query = kind.value_or(ExportKind::update) != ExportKind::update;
    const auto prepaid =
        prepay(subnet, canister, is_query ? query_instructions_max : update_instructions_max,
               is_memory64(canister), caller_of(context.origin));
    auto why =
        prepaid ? why_not(canister, kind, call.method) : std::optional<Reject>(prepaid.error());
    if (why) {
        // A call that does not begin costs as much as one that executes nothing.
        if (prepaid) settle(subnet, canister, *prepaid, 0);
        respond_failure(subnet, canister, context, std::move(why));
        return {};
    }
    const std::string function = (is_query ? "canister_query " : "canister_update ") + call.method;
    return execute(subnet, canister, std::move(context),
                   is_query ? Context::replicated_query : Context::update, function, call.argument,
                   *prepaid);
}

Result<void, Failure> execute_task(Subnet& subnet, const Principal& id, Context task) {
    Canister& canister = subnet.change(id);
    const auto prepaid =
        prepay(subnet, canister, update_instructions_max, is_memory64(canister), Principal());
    if (!prepaid) return {};  // it stays due
    if (task == Context::global_timer) canister.global_timer = 0;
    if (task == Context::on_low_wasm_memory) canister.low_memory_hook = HookStatus::executed;
    subnet.refresh(canister);
    const auto* row = std::ranges::find(tasks, task, &Task::context);
    return execute(subnet, canister, {.origin = SystemOrigin{}, .created_ns = subnet.time_ns()},
                   task, row->function, {}, *prepaid);
}

// ---- Callbacks ---------------------------------------------------------------------------------

namespace {

/// Of a callback's instructions, what is kept for its cleanup.
constexpr u64 cleanup_instructions = update_instructions_max / 100 * 5;

/// A response on its way through the canister.
struct Delivery {
    Subnet& subnet;
    Canister& canister;
    const Callback& callback;
    const Response& response;
    CallContext& context;

    const RejectPayload* rejection() const { return std::get_if<RejectPayload>(&response.payload); }
};

void fill(ExecutionContext& context, const Delivery& delivery) {
    context.caller = caller_of(delivery.context.origin);
    context.cycles_available = delivery.context.cycles_available;
    context.responded_before = delivery.context.responded;
    context.instructions_before = delivery.context.instructions;
    context.cycles_refunded = delivery.response.refund;
    if (const auto* origin = std::get_if<CanisterOrigin>(&delivery.context.origin))
        context.deadline_ns = origin->deadline_ns;
    if (const RejectPayload* rejection = delivery.rejection()) {
        context.reject_code = u32(rejection->code);
        context.reject_message = rejection->message;
    } else {
        context.argument = std::get<ByteVector>(delivery.response.payload);
    }
}

/// What has become of a callback: instructions, and its error.
struct CallbackOutcome {
    u64 instructions = 0;
    std::optional<Reject> error;
};

/// The cleanup of a callback, which has failed; its effects stay when it succeeds.
Result<CallbackOutcome, Failure> clean_up(const Delivery& delivery, const Entry& callback,
                                          Reject error) {
    const u64 instructions = callback.instructions();
    auto entry = TRY(Entry::make(delivery.subnet, delivery.canister, Context::cleanup));
    fill(entry->context, delivery);
    entry->context.argument = {};
    entry->context.instructions_before += instructions;
    auto ran = entry->run(*delivery.callback.on_cleanup, update_instructions_max - instructions);
    if (ran) {
        entry->apply(delivery.canister);
    } else {
        if (ran.error().kind != Failure::Kind::reject) return std::unexpected(ran.error());
        log_failure(delivery.subnet, delivery.canister, *entry);
        error = with_cleanup_error(std::move(error), callback.context.error, entry->context.error,
                                   delivery.canister.id);
    }
    return CallbackOutcome{instructions + entry->instructions(), std::move(error)};
}

Result<CallbackOutcome, Failure> run_callback(const Delivery& delivery) {
    const bool rejected = delivery.rejection() != nullptr;
    auto entry = TRY(Entry::make(delivery.subnet, delivery.canister,
                                 rejected ? Context::reject_callback : Context::reply_callback));
    fill(entry->context, delivery);
    auto ran = entry->run(rejected ? delivery.callback.on_reject : delivery.callback.on_reply,
                          update_instructions_max - cleanup_instructions);
    if (!ran) {
        if (ran.error().kind != Failure::Kind::reject) return std::unexpected(ran.error());
        log_failure(delivery.subnet, delivery.canister, *entry);
        if (delivery.callback.on_cleanup)
            return clean_up(delivery, *entry, std::move(ran.error().reject));
        return CallbackOutcome{entry->instructions(), std::move(ran.error().reject)};
    }
    entry->apply(delivery.canister);
    CallContext& context = delivery.context;
    context.cycles_available -= entry->context.cycles_accepted;
    if (!std::holds_alternative<std::monostate>(entry->context.response))
        respond(delivery.subnet, delivery.canister, context, entry->context.response);
    send_calls(delivery.subnet, delivery.canister, delivery.callback.context, entry->context);
    return CallbackOutcome{entry->instructions(), std::nullopt};
}

/// What the response did not take of what was paid for it.
u128 unused_transmission(const Subnet& subnet, const Delivery& delivery) {
    const RejectPayload* rejection = delivery.rejection();
    constexpr u64 reject_code_bytes = 1;
    const u64 bytes = rejection ? reject_code_bytes + rejection->message.size()
                                : std::get<ByteVector>(delivery.response.payload).size();
    const u128 cost = subnet.schedule().response(bytes);
    const u128 prepaid = delivery.callback.prepaid_transmission;
    return prepaid - std::min(prepaid, cost);
}

}  // namespace

Result<void, Failure> execute_response(Subnet& subnet, const Principal& id, Response response) {
    Canister& canister = subnet.change(id);
    subnet.mark(canister, Part::calls);
    const auto callback = canister.calls.take_callback(response.callback);
    if (!callback) {  // too late: the caller has had its answer at the deadline
        subnet.change_record().cycles_gone += response.refund;
        return {};
    }
    CallContext& context = canister.calls.context(callback->context);
    const Delivery delivery{subnet, canister, *callback, response, context};

    const u128 unused = unused_transmission(subnet, delivery);
    canister.cycles += response.refund + unused;
    canister.consumed.transmission -= unused;
    CallbackOutcome outcome;
    if (!context.deleted && canister.code) outcome = TRY(run_callback(delivery));
    context.instructions += outcome.instructions;
    const u128 prepaid = callback->prepaid_execution;
    const u128 back = std::min(
        prepaid, subnet.schedule().instructions(update_instructions_max - outcome.instructions,
                                                is_memory64(canister)));
    canister.cycles += back;
    canister.consumed.instructions -= back;
    conclude(subnet, canister, callback->context, std::move(outcome.error));
    subnet.refresh(canister);
    return {};
}

}  // namespace icvm::replica
