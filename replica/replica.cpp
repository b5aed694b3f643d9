#include "replica/replica.hpp"

#include <algorithm>

#include "replica/execution/canister_module.hpp"
#include "replica/execution/conditions.hpp"
#include "replica/execution/install_code.hpp"
#include "replica/execution/query.hpp"
#include "replica/ingress/submit.hpp"
#include "replica/management/interface/interface.hpp"
#include "replica/management/lifecycle.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/scheduler/round.hpp"

namespace icvm::replica {

namespace {

/// DER of an Ed25519 public key (RFC 8410) whose 32 bytes are made up: nobody has the private key.
constexpr std::string_view caller_key_prefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00",
                                             12);
constexpr std::string_view caller_key = "icvm calls as this when unasked!";

static_assert(caller_key.size() == 32);

}  // namespace

struct Replica::State {
    std::unique_ptr<Subnet> subnet;
    Principal caller;

    Receipt receipt() const;
    /// `change`, as a round of its own; it is undone when it fails without having executed
    /// anything, or when it shall leave no trace.
    template <class Change>
    Result<Receipt, Failure> transition(Change change, bool leaves_trace = true);
    Result<void, Failure> round();
    Result<Reply, Failure> run_until_answered(const MessageId& id);
    Result<Reply, Failure> take_answer(const MessageId& id);
};

namespace {

/// Rounds in which only heartbeats have been run, after which nobody waits any longer; and rounds
/// at all.
constexpr u64 idle_rounds_max = 100;
constexpr u64 rounds_max = 100'000;

ChangeOrigin user_origin(const Principal& caller) {
    return {.principal = caller, .is_canister = false, .canister_version = {}};
}

/// A canister that `caller` controls.
NewCanisterRequest by_user(const std::string& name, const Principal& caller) {
    NewCanisterRequest request;
    request.name = name;
    request.settings.controllers = {caller};
    request.settings.wasm_memory_limit = default_wasm_memory_limit;
    request.origin = user_origin(caller);
    return request;
}

/// Rejected by the canister itself, or not answered: its last execution did not trap.
bool is_without_trap(ErrorCode error) {
    return error == ErrorCode::canister_rejected_message ||
           error == ErrorCode::canister_did_not_reply;
}

}  // namespace

Receipt Replica::State::receipt() const {
    return {.round = subnet->record().round,
            .instructions = subnet->activity.instructions,
            .log = subnet->activity.log};
}

template <class Change>
Result<Receipt, Failure> Replica::State::transition(Change change, bool leaves_trace) {
    TRY(subnet->recover());
    subnet->activity = {};
    subnet->begin_round();
    Result<void, Failure> done = change();
    if (done) done = subnet->end_round();
    if (done) return receipt();
    Failure failure = std::move(done.error());
    failure.instructions = std::max(failure.instructions, subnet->activity.instructions);
    failure.log = std::move(subnet->activity.log);
    // What was executed has cost cycles and left a log.
    const bool has_run =
        leaves_trace && failure.kind == Failure::Kind::reject && failure.instructions > 0;
    auto ended = has_run ? subnet->end_round() : subnet->abandon_round();
    if (!ended) return std::unexpected(std::move(ended.error()));
    return std::unexpected(std::move(failure));
}

Result<void, Failure> Replica::State::round() {
    subnet->begin_round();
    auto done = execute_round(*subnet);
    if (done) return {};
    auto ended = subnet->abandon_round();
    if (!ended) return ended;
    return done;
}

Result<Reply, Failure> Replica::State::take_answer(const MessageId& id) {
    IngressStatus& status = subnet->change_ingress(id);
    Payload payload = std::move(status.payload);
    const bool is_managed = status.receiver == Principal();
    const bool has_awaited = status.has_awaited;
    subnet->forget_ingress(id);
    TRY(subnet->end_round());
    if (auto* reply = std::get_if<ByteVector>(&payload))
        return Reply{.bytes = std::move(*reply), .receipt = receipt()};
    auto& rejection = std::get<RejectPayload>(payload);
    Failure failure = failure_of({rejection.code, rejection.error, std::move(rejection.message),
                                  std::move(rejection.backtrace)});
    failure.is_committed = !is_managed && (has_awaited || is_without_trap(failure.reject.error));
    failure.instructions = subnet->activity.instructions;
    failure.log = std::move(subnet->activity.log);
    return std::unexpected(std::move(failure));
}

Result<Reply, Failure> Replica::State::run_until_answered(const MessageId& id) {
    u64 idle_rounds = 0;
    for (u64 rounds = 0; rounds < rounds_max && idle_rounds < idle_rounds_max; rounds++) {
        TRY(round());
        if (subnet->ingress_history().at(id).state >= IngressState::replied) return take_answer(id);
        const bool waits = !replica::is_idle(*subnet) || !subnet->management().next_round.empty();
        idle_rounds = waits ? 0 : idle_rounds + 1;
        TRY(subnet->end_round());
        if (!waits && subnet->with_heartbeat().empty()) break;
    }
    Failure failure;
    failure.kind = Failure::Kind::unanswered;
    failure.message = id;
    failure.instructions = subnet->activity.instructions;
    failure.log = std::move(subnet->activity.log);
    return std::unexpected(std::move(failure));
}

Replica::Replica(std::unique_ptr<State> state) : state_(std::move(state)) {}
Replica::~Replica() = default;
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;

Result<Replica, Failure> Replica::open(std::unique_ptr<Storage> storage, Options options) {
    auto subnet = Subnet::open(std::move(storage), std::move(options));
    if (!subnet) return std::unexpected(std::move(subnet.error()));
    return Replica(std::make_unique<State>(std::move(*subnet), default_caller()));
}

void Replica::set_caller(const Principal& caller) { state_->caller = caller; }

const Principal& Replica::caller() const { return state_->caller; }

void Replica::set_http_answers(HttpAnswers answers) {
    state_->subnet->http_answers = std::move(answers);
}

Result<Principal, Failure> Replica::create_canister(const std::string& name) {
    Principal id;
    TRY(state_->transition([&]() -> Result<void, Failure> {
        id = TRY(replica::create_canister(*state_->subnet, by_user(name, caller())));
        return {};
    }));
    return id;
}

Result<Receipt, Failure> Replica::install_code(const InstallCode& request) {
    return state_->transition(
        [&] { return replica::install_code(*state_->subnet, user_origin(caller()), request); });
}

Result<NewCanister, Failure> Replica::create_and_install(const std::string& name,
                                                         const InstallCode& request) {
    Principal id;
    auto receipt = state_->transition(
        [&]() -> Result<void, Failure> {
            id = TRY(replica::create_canister(*state_->subnet, by_user(name, caller())));
            InstallCode install = request;
            install.canister = id;
            return replica::install_code(*state_->subnet, user_origin(caller()), install);
        },
        false);  // nobody has asked for an empty canister
    if (!receipt) return std::unexpected(std::move(receipt.error()));
    return NewCanister{id, std::move(*receipt)};
}

Result<Reply, Failure> Replica::update(const Call& call) {
    Subnet& subnet = *state_->subnet;
    TRY(subnet.recover());
    subnet.activity = {};
    const MessageId id = TRY(replica::submit(subnet, caller(), call));
    return state_->run_until_answered(id);
}

Result<Reply, Failure> Replica::query(const Call& call) {
    Subnet& subnet = *state_->subnet;
    TRY(subnet.recover());
    const ManagementQuery management = [&](const Principal& caller, const std::string& method,
                                           Bytes argument) {
        return query_management(subnet, caller, method, argument);
    };
    if (call.canister != Principal()) return execute_query(subnet, caller(), call, management);
    Payload payload = management(caller(), call.method, call.argument);
    if (auto* reply = std::get_if<ByteVector>(&payload))
        return Reply{.bytes = std::move(*reply), .receipt = state_->receipt()};
    auto& rejection = std::get<RejectPayload>(payload);
    return std::unexpected(
        failure_of({rejection.code, rejection.error, std::move(rejection.message)}));
}

Result<Receipt, Failure> Replica::stop_canister(const Principal& id) {
    Subnet& subnet = *state_->subnet;
    bool is_stopped = false;
    MessageId message{};
    auto receipt = state_->transition([&]() -> Result<void, Failure> {
        message = subnet.new_message_id();
        const StopRequest stop{IngressOrigin{caller(), message}, 0, subnet.time_ns()};
        is_stopped = TRY(replica::stop_canister(subnet, caller(), id, stop));
        if (is_stopped) return {};
        IngressStatus& status = subnet.change_ingress(message);
        status.sender = caller();
        status.method = "stop_canister";
        return {};
    });
    if (!receipt || is_stopped) return receipt;
    auto answered = state_->run_until_answered(message);
    if (!answered) return std::unexpected(std::move(answered.error()));
    return std::move(answered->receipt);
}

Result<Receipt, Failure> Replica::start_canister(const Principal& id) {
    return state_->transition(
        [&] { return replica::start_canister(*state_->subnet, caller(), id); });
}

Result<Receipt, Failure> Replica::uninstall_code(const Principal& id) {
    return state_->transition(
        [&] { return replica::uninstall_code(*state_->subnet, user_origin(caller()), id); });
}

Result<Receipt, Failure> Replica::delete_canister(const Principal& id) {
    return state_->transition(
        [&] { return replica::delete_canister(*state_->subnet, caller(), id); });
}

Result<MessageId, Failure> Replica::submit(const Call& call, std::optional<MessageId> id,
                                           u64 expiry_ns) {
    TRY(state_->subnet->recover());
    state_->subnet->activity = {};
    const MessageId message = TRY(replica::submit(*state_->subnet, caller(), call, id, expiry_ns));
    TRY(state_->subnet->end_round());
    return message;
}

const IngressStatus* Replica::message_status(const MessageId& id) const {
    const auto found = messages().find(id);
    return found == messages().end() ? nullptr : &found->second;
}

const IngressHistory& Replica::messages() const { return state_->subnet->ingress_history(); }

Result<Reply, Failure> Replica::await(const MessageId& id) {
    TRY(state_->subnet->recover());
    state_->subnet->activity = {};
    if (!message_status(id))
        return std::unexpected(failure_of(
            reject(ErrorCode::canister_not_found, "there is no such message in this state")));
    if (message_status(id)->state >= IngressState::replied) return state_->take_answer(id);
    return state_->run_until_answered(id);
}

Result<Receipt, Failure> Replica::tick() {
    TRY(state_->subnet->recover());
    state_->subnet->activity = {};
    TRY(state_->round());
    TRY(state_->subnet->end_round());
    return state_->receipt();
}

Result<Receipt, Failure> Replica::advance_time(u64 ns) {
    TRY(state_->subnet->recover());
    state_->subnet->activity = {};
    state_->subnet->change_record().moved_ns += ns;
    TRY(state_->subnet->end_round());
    return state_->receipt();
}

bool Replica::is_idle() const { return replica::is_idle(*state_->subnet); }

std::optional<Principal> Replica::find_by_name(const std::string& name) const {
    const Canister* canister = state_->subnet->find(name);
    if (!canister) return std::nullopt;
    return canister->id;
}

Result<CanisterStatus, Failure> Replica::canister_status(const Principal& id) const {
    return replica::canister_status(*state_->subnet, id);
}

std::vector<Principal> Replica::canisters() const {
    std::vector<Principal> ids;
    for (const auto& [id, canister] : state_->subnet->canisters()) ids.push_back(id);
    return ids;
}

Result<std::optional<ByteVector>, Failure> Replica::module_bytes(const Principal& id) const {
    return state_->subnet->module_bytes(id);
}

Result<std::optional<ModuleInfo>, Failure> Replica::module_info(const Principal& id) const {
    const Canister& canister = *TRY(find_managed(*state_->subnet, id));
    if (!canister.code) return std::nullopt;
    return describe_module(*TRY(state_->subnet->module_of(canister)));
}

const vm::CostVersion& Replica::metering() const { return state_->subnet->metering(); }

const CostSchedule& Replica::schedule() const { return state_->subnet->schedule(); }

u64 Replica::time_ns() const { return state_->subnet->time_ns(); }

const Subnet& Replica::subnet() const { return *state_->subnet; }

const Canister* Replica::canister(const Principal& id) const { return state_->subnet->find(id); }

std::shared_ptr<const candid::ServiceDescription> management_interface() {
    return management::interface();
}

Principal default_caller() {
    std::string der(caller_key_prefix);
    der += caller_key;
    return Principal::self_authenticating(bytes_of(der));
}

}  // namespace icvm::replica
