#include "replica/execution/query.hpp"

#include <fmt/format.h>

#include <deque>
#include <set>
#include <utility>

#include "replica/execution/answer.hpp"
#include "replica/execution/entry.hpp"
#include "replica/execution/response.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

/// Of calls within calls: who is called so deep does not call.
constexpr size_t depth_max = 6;
/// What a call within a composite query costs beside its own instructions.
constexpr u64 call_overhead = 50'000'000;

/// Interface spec, "Query call": why it cannot begin.
std::optional<Reject> why_not(const Subnet& subnet, const Canister& canister) {
    if (canister.status != Status::running)
        return reject(canister.status == Status::stopped ? ErrorCode::canister_stopped
                                                         : ErrorCode::canister_stopping,
                      fmt::format("Canister {} is not running", canister.id.text()));
    if (!canister.code) return reject_of(no_wasm_module(), canister.id);
    if (freezing_limit(canister, subnet.schedule()) > canister.cycles)
        return reject(ErrorCode::canister_out_of_cycles,
                      fmt::format("Canister {} is unable to process query calls because it's "
                                  "frozen. Please top up the canister with cycles and try again.",
                                  canister.id.text()));
    return std::nullopt;
}

Result<Context, Reject> context_of(const CanisterModule& module, const Principal& canister,
                                   const std::string& method) {
    const auto found = module.methods.find(method);
    if (found == module.methods.end() || found->second == ExportKind::update)
        return std::unexpected(no_method(canister, "query", method));
    return found->second == ExportKind::query ? Context::non_replicated_query
                                              : Context::composite_query;
}

/// A query within a graph of them.
struct Query {
    Principal caller;
    Principal canister;
    std::string method;
    Bytes argument;
};

/// A query and all that it calls, depth first (Interface spec, "Composite queries"). A Failure of
/// kind reject ends the whole graph.
class QueryGraph {
public:
    /// `root`: whom the user calls.
    QueryGraph(Subnet& subnet, const ManagementQuery& management, const Principal& root)
        : subnet_(subnet), management_(management), root_(root) {}
    Result<Payload, Failure> evaluate(const Query& query, size_t depth);
    std::vector<LogLine> take_log() { return std::move(log_); }

private:
    /// One canister's part: its entry, and what it has called and not heard of.
    struct Node {
        Entry& entry;
        std::deque<OutgoingCall> calls;
        u64 instructions = 0;
        std::optional<Payload> answer;
    };
    Result<Payload, Failure> evaluate_in(const Query& query, const Canister& canister,
                                         Context context, Entry& entry, size_t depth);
    Result<void, Failure> run_calls(const Query& query, Node& node, size_t depth);
    Result<Payload, Failure> call(const Query& query, const OutgoingCall& call, size_t depth);
    Result<void, Failure> handle(Node& node, const OutgoingCall& call, const Payload& payload);
    /// Its own failure is added to the text of `error`.
    void clean_up(Node& node, const OutgoingCall& call, Reject& error);
    void take(Node& node);
    void take_log(const Canister& canister, ExecutionContext& context);
    void spend(u64 instructions) { left_ -= std::min(left_, instructions); }
    u64 limit() const { return std::min(left_, query_instructions_max); }

    Subnet& subnet_;
    const ManagementQuery& management_;
    const Principal& root_;
    u64 left_ = query_instructions_max;
    std::set<Principal> active_;  ///< canisters with a query under way
    std::vector<LogLine> log_;
};

Failure fatal(ErrorCode code, std::string_view text) {
    return failure_of(reject(code, std::string(text)));
}

Payload no_response(const Principal& canister) {
    return plain_payload_of(
        reject(ErrorCode::canister_did_not_reply,
               fmt::format("Canister {} did not produce a response", canister.text())));
}

Result<Payload, Failure> QueryGraph::evaluate(const Query& query, size_t depth) {
    const Canister* canister = subnet_.find(query.canister);
    if (!canister)
        return plain_payload_of(
            reject(ErrorCode::canister_not_found,
                   fmt::format("Canister {} not found", query.canister.text())));
    if (auto why = why_not(subnet_, *canister)) return plain_payload_of(std::move(*why));
    auto module = TRY(subnet_.module_of(*canister));
    const auto context = context_of(*module, query.canister, query.method);
    if (!context) return plain_payload_of(context.error());

    if (!active_.insert(query.canister).second) {
        // Another query is under way in its heap.
        Heap heap = TRY(subnet_.copy_of_heap(*canister, *module));
        Entry entry(subnet_, *canister, std::move(module), heap, *context);
        return evaluate_in(query, *canister, *context, entry, depth);
    }
    Heap& heap = *TRY(subnet_.heap_of(*canister, *module));
    Result<Payload, Failure> result = Payload{};
    bool is_clean = false;
    {
        Entry entry(subnet_, *canister, std::move(module), heap, *context);
        result = evaluate_in(query, *canister, *context, entry, depth);
        is_clean = entry.release();
    }
    active_.erase(query.canister);
    if (!is_clean || heap.pages->error()) subnet_.drop_heap(query.canister);
    return result;
}

Result<Payload, Failure> QueryGraph::evaluate_in(const Query& query, const Canister& canister,
                                                 Context context, Entry& entry, size_t depth) {
    const bool is_composite = context == Context::composite_query;
    entry.context.caller = query.caller;
    entry.context.argument = query.argument;
    std::optional<ByteVector> certificate;
    if (query.canister == root_)
        entry.context.data_certificate = [&]() -> Bytes {
            if (!certificate) certificate = subnet_.data_certificate(canister.id);
            return *certificate;
        };
    entry.holds_state = is_composite;
    const std::string function =
        (is_composite ? "canister_composite_query " : "canister_query ") + query.method;
    auto ran = entry.run(function, limit());
    Node node{entry, {}, entry.instructions(), {}};
    spend(entry.instructions());
    take_log(canister, entry.context);
    if (!ran) {
        if (ran.error().kind != Failure::Kind::reject) return std::unexpected(ran.error());
        return plain_payload_of(std::move(ran.error().reject));
    }
    take(node);
    if (!is_composite || node.answer)
        return node.answer ? std::move(*node.answer) : no_response(query.canister);
    TRY(run_calls(query, node, depth));
    return node.answer ? std::move(*node.answer) : no_response(query.canister);
}

void QueryGraph::take_log(const Canister& canister, ExecutionContext& context) {
    for (std::string& line : context.log) log_.push_back({canister.label(), std::move(line)});
    context.log.clear();
}

/// The answer of the execution that has just returned, and its calls.
void QueryGraph::take(Node& node) {
    ExecutionContext& context = node.entry.context;
    if (auto* reply = std::get_if<ByteVector>(&context.response))
        node.answer = std::move(*reply);
    else if (auto* rejection = std::get_if<Rejection>(&context.response))
        node.answer = RejectPayload{RejectCode::canister_reject,
                                    ErrorCode::canister_rejected_message,
                                    std::move(rejection->message),
                                    {}};
    for (OutgoingCall& call : context.calls) node.calls.push_back(std::move(call));
    context.calls.clear();
    context.calls_to.clear();
}

/// Until there is an answer, or nothing is left that could give one.
Result<void, Failure> QueryGraph::run_calls(const Query& query, Node& node, size_t depth) {
    while (!node.answer && !node.calls.empty()) {
        if (depth >= depth_max)
            return std::unexpected(fatal(ErrorCode::query_call_graph_too_deep,
                                         "Composite query calls exceeded the maximum call depth."));
        spend(call_overhead);
        if (left_ == 0)
            return std::unexpected(
                fatal(ErrorCode::query_call_graph_total_instruction_limit_exceeded,
                      "Composite query calls exceeded the instruction limit."));
        const OutgoingCall made = std::move(node.calls.front());
        node.calls.pop_front();
        const Payload payload = TRY(call(query, made, depth));
        node.entry.hold();
        TRY(handle(node, made, payload));
    }
    return {};
}

Result<Payload, Failure> QueryGraph::call(const Query& query, const OutgoingCall& made,
                                          size_t depth) {
    if (made.callee == Principal()) return management_(query.canister, made.method, made.argument);
    return evaluate({query.canister, made.callee, made.method, made.argument}, depth + 1);
}

/// Runs the callback.
Result<void, Failure> QueryGraph::handle(Node& node, const OutgoingCall& call,
                                         const Payload& payload) {
    ExecutionContext& context = node.entry.context;
    const auto* rejection = std::get_if<RejectPayload>(&payload);
    context.context =
        rejection ? Context::composite_reject_callback : Context::composite_reply_callback;
    context.data_certificate = {};
    context.instructions_before = node.instructions;
    context.reject_code = rejection ? u32(rejection->code) : 0;
    context.reject_message = rejection ? std::string_view(rejection->message) : "";
    context.argument = rejection ? Bytes() : Bytes(std::get<ByteVector>(payload));
    context.response = {};
    context.reply_data.clear();
    context.call.reset();
    const u128 calls_cost = context.calls_cost;
    auto ran = node.entry.run(rejection ? call.on_reject : call.on_reply, limit());
    node.instructions += node.entry.instructions();
    spend(node.entry.instructions());
    take_log(*context.canister, context);
    if (ran) {
        take(node);
        return {};
    }
    if (ran.error().kind != Failure::Kind::reject) return std::unexpected(ran.error());
    context.calls.clear();
    context.calls_to.clear();
    context.calls_cost = calls_cost;
    if (call.on_cleanup) clean_up(node, call, ran.error().reject);
    if (node.calls.empty()) node.answer = plain_payload_of(std::move(ran.error().reject));
    return {};
}

void QueryGraph::clean_up(Node& node, const OutgoingCall& call, Reject& error) {
    ExecutionContext& context = node.entry.context;
    context.context = Context::composite_cleanup;
    context.argument = {};
    const std::optional<ExecutionError> callback_error = std::exchange(context.error, {});
    auto ran = node.entry.run(*call.on_cleanup, limit());
    if (!ran && ran.error().kind == Failure::Kind::reject)
        error = with_cleanup_error(std::move(error), callback_error, context.error,
                                   context.canister->id);
    node.instructions += node.entry.instructions();
    spend(node.entry.instructions());
    take_log(*context.canister, context);
}

}  // namespace

Result<Reply, Failure> execute_query(Subnet& subnet, const Principal& caller, const Call& call,
                                     const ManagementQuery& management) {
    subnet.activity = {};
    QueryGraph graph(subnet, management, call.canister);
    auto payload = graph.evaluate({caller, call.canister, call.method, call.argument}, 0);
    const Receipt receipt{.round = subnet.record().round,
                          .instructions = subnet.activity.instructions,
                          .log = graph.take_log()};
    Failure failure;
    if (!payload) {
        failure = std::move(payload.error());
    } else if (auto* rejection = std::get_if<RejectPayload>(&*payload)) {
        failure = failure_of({rejection->code, rejection->error, std::move(rejection->message),
                              std::move(rejection->backtrace)});
    } else {
        return Reply{.bytes = std::move(std::get<ByteVector>(*payload)), .receipt = receipt};
    }
    failure.instructions = receipt.instructions;
    failure.log = receipt.log;
    return std::unexpected(std::move(failure));
}

Result<Payload, Failure> execute_transform(Subnet& subnet, const Principal& canister,
                                           const std::string& method, Bytes argument) {
    const auto refused = [](Reject why) {
        why.message = fmt::format("{}: {}", to_string(why.error), why.message);
        return plain_payload_of(std::move(why));
    };
    const Canister* found = subnet.find(canister);
    if (!found) return refused(not_found(canister).error().reject);
    if (auto why = why_not(subnet, *found)) return refused(std::move(*why));
    auto entry = TRY(Entry::make(subnet, *found, Context::transform));
    const auto context = context_of(entry->module(), canister, method);
    if (!context) return refused(context.error());
    if (*context == Context::composite_query)
        return refused(reject(ErrorCode::composite_query_called_in_replicated_mode,
                              "Composite query cannot be used as transform in canister http "
                              "outcalls."));
    entry->context.argument = argument;
    auto ran = entry->run("canister_query " + method, query_instructions_max);
    for (std::string& line : entry->context.log)
        subnet.activity.log.push_back({found->label(), std::move(line)});
    if (!ran && ran.error().kind != Failure::Kind::reject) return std::unexpected(ran.error());
    if (!ran) return refused(std::move(ran.error().reject));
    Answer& response = entry->context.response;
    if (auto* reply = std::get_if<ByteVector>(&response)) return std::move(*reply);
    if (auto* rejection = std::get_if<Rejection>(&response))
        return RejectPayload{RejectCode::canister_reject,
                             ErrorCode::canister_rejected_message,
                             std::move(rejection->message),
                             {}};
    return refused(reject(ErrorCode::canister_did_not_reply,
                          fmt::format("Canister {} did not produce a response", canister.text())));
}

}  // namespace icvm::replica
