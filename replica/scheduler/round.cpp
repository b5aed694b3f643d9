#include "replica/scheduler/round.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "replica/execution/answer.hpp"
#include "replica/execution/call.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/management/randomness.hpp"
#include "replica/scheduler/charges.hpp"
#include "replica/scheduler/timeouts.hpp"

namespace icvm::replica {

namespace {

/// What an execution costs a round beside its instructions.
constexpr u64 execution_overhead = 2'000'000;

/// IC0202
Payload expired(const MessageId& id) {
    return plain_payload_of(reject(
        ErrorCode::ingress_message_timeout,
        fmt::format("Ingress message {} timed out waiting to start executing.", hex_key("", id))));
}

/// A round on its way.
class Round {
public:
    explicit Round(Subnet& subnet) : subnet_(subnet) {}
    Result<void, Failure> perform();

private:
    Result<void, Failure> answer_random();
    Result<void, Failure> run_tasks();
    Result<void, Failure> run_task(const Principal& id, Context task);
    Result<void, Failure> run_hook(const Principal& id);
    Result<void, Failure> run_management();
    Result<void, Failure> run_pass();
    Result<void, Failure> run_input(const Principal& id);
    void take_turns(std::vector<Principal>& canisters) const;
    bool is_expired(u64 expiry_ns) const { return expiry_ns != 0 && expiry_ns < subnet_.time_ns(); }
    bool is_full() const { return spent_ >= subnet_.options().round_instructions; }
    /// Messages shall have room, too.
    u64 heartbeats_max() const { return subnet_.options().round_instructions / 2; }

    /// Counts what the execution of `function` spends.
    template <class Function>
    Result<void, Failure> count(Function function) {
        const u64 before = subnet_.activity.instructions;
        auto result = function();
        spent_ += subnet_.activity.instructions - before + execution_overhead;
        return result;
    }

    Subnet& subnet_;
    u64 spent_ = 0;
};

Result<void, Failure> Round::perform() {
    expire(subnet_);
    charge_resources(subnet_);
    TRY(answer_random());
    TRY(run_tasks());
    while (!is_full() && !is_idle(subnet_)) {
        TRY(run_management());
        TRY(run_pass());
    }
    return {};
}

/// raw_rand of the round before.
Result<void, Failure> Round::answer_random() {
    if (subnet_.management().next_round.empty()) return {};
    const auto calls = std::exchange(subnet_.change_management().next_round, {});
    for (const ManagementCall& call : calls) {
        const Sha256 bytes = draw_random(subnet_);
        answer(subnet_, call.origin, Principal(),
               management::encode_result(ByteVector(bytes.begin(), bytes.end())), call.cycles);
    }
    return {};
}

Result<void, Failure> Round::run_task(const Principal& id, Context task) {
    const Canister* canister = subnet_.find(id);
    if (!canister || canister->status != Status::running || !canister->code) return {};
    return count([&] { return execute_task(subnet_, id, task); });
}

/// The low-memory hook comes before everything else that its canister does.
Result<void, Failure> Round::run_hook(const Principal& id) {
    if (!subnet_.with_low_memory().contains(id)) return {};
    return run_task(id, Context::on_low_wasm_memory);
}

/// Hooks, then timers, then heartbeats.
Result<void, Failure> Round::run_tasks() {
    const std::set<Principal> low = subnet_.with_low_memory();
    for (const Principal& id : low) TRY(run_hook(id));
    std::vector<Principal> due;
    for (const auto& [time, id] : subnet_.timers()) {
        if (time > subnet_.time_ns()) break;
        due.push_back(id);
    }
    for (const Principal& id : due) TRY(run_task(id, Context::global_timer));
    std::vector<Principal> beating(subnet_.with_heartbeat().begin(),
                                   subnet_.with_heartbeat().end());
    take_turns(beating);
    for (const Principal& id : beating) {
        if (spent_ >= heartbeats_max()) return {};
        TRY(run_hook(id));
        TRY(run_task(id, Context::heartbeat));
    }
    return {};
}

Result<void, Failure> Round::run_management() {
    while (!is_full() && !subnet_.management().waiting.empty()) {
        std::deque<ManagementCall>& queue = subnet_.change_management().waiting;
        ManagementCall call = std::move(queue.front());
        queue.pop_front();
        const auto* user = std::get_if<IngressOrigin>(&call.origin);
        if (user && is_expired(call.expiry_ns)) {
            answer(subnet_, call.origin, Principal(), expired(user->id), 0);
            continue;
        }
        TRY(count([&] { return execute_management(subnet_, std::move(call)); }));
        subnet_.forget_memory_taken();
    }
    return {};
}

/// Begins where the round's number says.
void Round::take_turns(std::vector<Principal>& canisters) const {
    if (canisters.empty()) return;
    std::ranges::rotate(canisters,
                        canisters.begin() + i64(subnet_.record().round % canisters.size()));
}

/// One input of each canister that has any.
Result<void, Failure> Round::run_pass() {
    if (subnet_.waiting().size() == 1) {
        const Principal only = *subnet_.waiting().begin();
        return run_input(only);
    }
    std::vector<Principal> canisters(subnet_.waiting().begin(), subnet_.waiting().end());
    take_turns(canisters);
    for (const Principal& id : canisters) {
        if (is_full()) return {};
        TRY(run_input(id));
    }
    return {};
}

Result<void, Failure> Round::run_input(const Principal& id) {
    const Canister* found = subnet_.find(id);
    if (!found || !found->calls.has_input()) return {};
    TRY(run_hook(id));
    Canister& canister = subnet_.change(id, Part::calls);
    Calls::Input input = canister.calls.pop();
    subnet_.refresh(canister);
    return count([&]() -> Result<void, Failure> {
        if (auto* response = std::get_if<Response>(&input))
            return execute_response(subnet_, id, std::move(*response));
        if (auto* request = std::get_if<Request>(&input))
            return execute_call(
                subnet_, id,
                {.origin = CanisterOrigin{request->sender, request->callback, request->deadline_ns},
                 .method = std::move(request->method),
                 .argument = std::move(request->argument),
                 .cycles = request->cycles,
                 .deadline_ns = request->deadline_ns});
        Ingress& ingress = std::get<Ingress>(input);
        const IngressOrigin origin{ingress.sender, ingress.id};
        if (is_expired(ingress.expiry_ns)) {
            answer(subnet_, origin, id, expired(ingress.id), 0);
            return {};
        }
        return execute_call(subnet_, id,
                            {.origin = origin,
                             .method = std::move(ingress.method),
                             .argument = std::move(ingress.argument)});
    });
}

}  // namespace

Result<void, Failure> execute_round(Subnet& subnet) { return Round(subnet).perform(); }

bool is_idle(const Subnet& subnet) {
    return subnet.waiting().empty() && subnet.management().waiting.empty();
}

}  // namespace icvm::replica
