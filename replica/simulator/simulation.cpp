#include "replica/simulator/simulation.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "replica/simulator/audit.hpp"
#include "replica/simulator/management_calls.hpp"

namespace icvm::replica::simulator {

namespace {

constexpr size_t canisters_max = 12;
constexpr u64 second_ns = 1'000'000'000, minute_ns = 60 * second_ns, day_ns = 1440 * minute_ns;
/// Small rounds end before the work does, so that others come between.
constexpr u64 round_sizes[] = {12'000'000, 40'000'000, 200'000'000, 28'000'000'000};
/// Between two calls of Options::progress, where executions are interrupted.
constexpr u64 small_slice = 2'000;
/// Rounds after which everything must have been answered.
constexpr u64 drain_rounds = 60;
/// How often the audits are made that take long.
constexpr u64 reread_rounds = 16, memory_rounds = 128;

Principal user(std::string_view name) { return Principal::self_authenticating(bytes_of(name)); }

Call call_of(const RandomCall& call) { return {call.callee, call.method, call.argument}; }

}  // namespace

Simulation::Simulation(u64 seed, bool disturbed, std::vector<ByteVector> modules)
    : disturbed_(disturbed), random_(seed), disturbance_(~seed) {
    cast_.users = {default_caller(), user("alice"), user("bob")};
    cast_.modules = std::move(modules);
    schedule_ = random_.percent(70) ? "13" : "free";
    round_instructions_ = round_sizes[random_.below(std::size(round_sizes))];
    replica_ = opened();
}

std::unique_ptr<Replica> Simulation::opened() {
    Options options{.cycles = schedule_, .progress = {}, .round_instructions = round_instructions_};
    if (disturbed_) {
        options.slice = small_slice;
        options.progress = [this](u64, u64) { return !interrupts_; };
    }
    auto replica = Replica::open(Disk::open(disk_), options);
    if (replica) return std::make_unique<Replica>(std::move(*replica));
    fail("the state cannot be opened: " + replica.error().storage.message);
    return nullptr;
}

void Simulation::reopen() {
    replica_.reset();
    replica_ = opened();
}

void Simulation::fail(std::string text) {
    if (!finding_) finding_ = Finding{tally_.rounds, std::move(text)};
}

Result<Sha256, Finding> Simulation::run(u64 rounds) {
    for (int i = 0; i < 3; i++) create();
    while (!finding_ && tally_.rounds < rounds) {
        refresh_cast();
        for (u64 actions = random_.below(4); actions > 0 && !finding_; actions--) act();
        if (disturbed_ && !finding_) disturb();
        if (!finding_) tick();
        if (!finding_) check();
    }
    if (!finding_) drain();
    if (finding_) return std::unexpected(*finding_);
    return disk_->hash();
}

void Simulation::refresh_cast() {
    cast_.canisters = replica_->canisters();
    cast_.time_ns = replica_->time_ns();
}

// ---- What happens ------------------------------------------------------------------------------

void Simulation::act() {
    const u64 choice = random_.below(100);
    if (choice < 52) return submit_program();
    if (choice < 60) return submit_management();
    if (choice < 66) return create();
    if (choice < 80) return revive();
    if (choice < 84) return call_api();
    if (choice < 92) return move_time();
    take_answers();
}

void Simulation::submit(const RandomCall& call, bool expires) {
    replica_->set_caller(random_.percent(85) ? cast_.users[0] : random_.pick(cast_.users));
    const u64 expiry = expires ? replica_->time_ns() + random_.below(minute_ns) : 0;
    attempt("submit", [&] {
        auto id = replica_->submit(call_of(call), {}, expiry);
        if (id) messages_.emplace(*id, Message{});
        return id;
    });
}

void Simulation::submit_program() {
    if (cast_.canisters.empty()) return;
    ProgramWriter writer(random_, cast_);
    const u64 choice = random_.below(100);
    const std::string method = choice < 85 ? "update" : choice < 97 ? "query" : "missing";
    const Role role = method == "query" ? Role::query : Role::message;
    submit({random_.pick(cast_.canisters), method, writer.program(role)}, random_.percent(20));
}

void Simulation::submit_management() { submit(random_management_call(random_, cast_), false); }

void Simulation::create() {
    if (cast_.canisters.size() < canisters_max) submit(random_creation(random_, cast_), false);
}

/// Without help all canisters would be empty, stopped or frozen in the end.
void Simulation::revive() {
    replica_->set_caller(cast_.users[0]);
    for (const Principal& id : replica_->canisters()) {
        const Canister& canister = *replica_->canister(id);
        const InstallCode install{.canister = id, .module = cast_.modules[random_.below(2)]};
        if (!canister.code) attempt("install", [&] { return replica_->install_code(install); });
        if (replica_->canister(id)->status != Status::running && random_.percent(70))
            attempt("start", [&] { return replica_->start_canister(id); });
    }
}

void Simulation::call_api() {
    if (cast_.canisters.empty()) return;
    const Principal id = random_.pick(cast_.canisters);
    replica_->set_caller(cast_.users[0]);
    switch (random_.below(6)) {
        case 0:
            if (round_instructions_ < round_sizes[std::size(round_sizes) - 1]) return;
            return attempt("stop", [&] { return replica_->stop_canister(id); });
        case 1: return attempt("start", [&] { return replica_->start_canister(id); });
        case 2: return attempt("uninstall", [&] { return replica_->uninstall_code(id); });
        case 3: return attempt("delete", [&] { return replica_->delete_canister(id); });
        default: {
            InstallCode install{.canister = id,
                                .mode = InstallMode(random_.below(3)),
                                .module = random_.pick(cast_.modules)};
            if (random_.percent(30)) install.argument = {u8(Operation::unreachable)};
            return attempt("install", [&] { return replica_->install_code(install); });
        }
    }
}

/// A transition that may be refused: what was refused without having executed anything, nor having
/// been committed, has left no trace.
template <class Change>
void Simulation::attempt(std::string_view name, Change change) {
    const Sha256 before = disk_->hash();
    const u64 round = replica_->subnet().record().round;
    auto done = change();
    if (done) return;
    const Failure& failure = done.error();
    if (failure.kind == Failure::Kind::unanswered) {
        messages_.emplace(*failure.message, Message{});
        return;
    }
    if (failure.kind != Failure::Kind::reject)
        return fail(fmt::format("{}: {}", name, failure.storage.message));
    tally_.errors[to_string(failure.reject.error)]++;
    const bool may_change = failure.instructions > 0 || round != replica_->subnet().record().round;
    if (!may_change && disk_->hash() != before)
        fail(fmt::format("{} was refused and has changed the state", name));
}

void Simulation::move_time() {
    const u64 choice = random_.below(100);
    u64 ns = random_.below(2 * second_ns);
    if (choice >= 95)
        ns = random_.below(20 * day_ns);
    else if (choice >= 75)
        ns = random_.below(6 * minute_ns);
    else if (choice >= 40)
        ns = random_.below(30 * second_ns);
    if (!replica_->advance_time(ns)) fail("time cannot be moved");
}

/// Of messages that are answered, some are fetched.
void Simulation::take_answers() {
    std::vector<MessageId> answered;
    for (const auto& [id, message] : messages_)
        if (message.is_answered && random_.percent(80)) answered.push_back(id);
    for (const MessageId& id : answered) {
        const auto reply = replica_->await(id);
        if (!reply && reply.error().kind != Failure::Kind::reject) fail("an answer is not there");
        if (replica_->message_status(id)) fail("an answer is there after it was fetched");
        messages_.erase(id);
    }
}

// ---- Rounds ------------------------------------------------------------------------------------

void Simulation::tick() {
    if (disturbed_ && disturbance_.percent(6)) {
        const Sha256 before = disk_->hash();
        const bool interrupts = disturbance_.percent(50);
        (interrupts ? interrupts_ : disk_->commits_fail) = true;
        auto done = replica_->tick();
        interrupts_ = disk_->commits_fail = false;
        tally_.disturbances++;
        if (done) {  // nothing in it was long enough
            if (!interrupts) fail("a round that could not be stored has succeeded");
            tally_.rounds++;
            return;
        }
        if (disk_->hash() != before) return fail("a round that was abandoned has left something");
        if (auto found = audit(replica_->subnet(), disk_->storage))
            return fail("after a round that was abandoned: " + *found);
    }
    auto done = replica_->tick();
    if (!done) return fail("a round fails: " + done.error().storage.message);
    tally_.rounds++;
    tally_.instructions += done->instructions;
}

/// Each message is answered once, and its answer stays.
void Simulation::follow_messages() {
    for (auto& [id, message] : messages_) {
        const IngressStatus* status = replica_->message_status(id);
        if (!status) return fail("a message is forgotten");
        const bool is_answered = status->state >= IngressState::replied;
        if (!message.is_answered && is_answered) {
            tally_.messages++;
            tally_.replies += status->state == IngressState::replied;
            if (const auto* rejection = std::get_if<RejectPayload>(&status->payload))
                tally_.errors[to_string(rejection->error)]++;
            message = {true, status->round};
        }
        if (message.is_answered && (!is_answered || message.round != status->round))
            return fail("a message is answered twice");
    }
}

void Simulation::check() {
    follow_messages();
    const Subnet& subnet = replica_->subnet();
    for (const auto& [id, canister] : subnet.canisters()) {
        tally_.callbacks_max =
            std::max<u64>(tally_.callbacks_max, canister.calls.callbacks().size());
        for (const auto& [number, callback] : canister.calls.callbacks())
            tally_.deadlines += callback.expired;
    }
    if (auto found = audit(subnet, disk_->storage)) fail(*found);
    if (tally_.rounds % memory_rounds == 0)
        if (auto found = find_lost_memory(subnet, disk_->storage)) fail(*found);
    if (!disturbed_ || tally_.rounds % reread_rounds != 0) return;
    const auto reread = Subnet::open(Disk::open(disk_), {.cycles = schedule_, .progress = {}});
    if (!reread) return fail("the state cannot be read again: " + reread.error().storage.message);
    if (auto found = audit(**reread, disk_->storage)) fail("read again: " + *found);
}

/// In the end all is answered, when time goes on and rounds are large.
void Simulation::drain() {
    round_instructions_ = round_sizes[std::size(round_sizes) - 1];
    reopen();
    for (u64 round = 0; round < drain_rounds && !finding_; round++) {
        if (!replica_->advance_time(minute_ns)) fail("time cannot be moved");
        tick();
        check();
    }
    for (const auto& [id, message] : messages_)
        if (!message.is_answered && !finding_) fail("a message is never answered");
    const u64 old_ns = replica_->time_ns() - drain_rounds / 2 * minute_ns;
    for (const auto& [id, canister] : replica_->subnet().canisters())
        for (const auto& [number, context] : canister.calls.contexts())
            if (context.created_ns < old_ns) fail("a call context never ends");
}

// ---- What must not matter ----------------------------------------------------------------------

void Simulation::disturb() {
    if (disturbance_.percent(3)) {
        tally_.disturbances++;
        reopen();
        if (!replica_) return;
    }
    if (disturbance_.percent(15)) query();
    if (disturbance_.percent(5)) refuse();
}

void Simulation::query() {
    if (cast_.canisters.empty()) return;
    ProgramWriter writer(disturbance_, cast_);
    const Call call{disturbance_.pick(cast_.canisters),
                    disturbance_.percent(50) ? "query" : "composite_query",
                    writer.program(Role::query)};
    const Sha256 before = disk_->hash();
    (void)replica_->query(call);
    tally_.disturbances++;
    if (disk_->hash() != before) fail("a query has changed the state");
}

/// What cannot be accepted.
void Simulation::refuse() {
    const Sha256 before = disk_->hash();
    replica_->set_caller(Principal::anonymous());
    ProgramWriter writer(disturbance_, cast_);
    const Principal nobody = Principal::canister(7);
    bool accepted = replica_->submit({nobody, "update", writer.program(Role::message)}).has_value();
    accepted |= replica_->submit({Principal(), "no_such_method", {}}).has_value();
    accepted |= replica_->delete_canister(nobody).has_value();
    for (const Principal& id : cast_.canisters) {
        accepted |= replica_->start_canister(id).has_value();
        accepted |= replica_->install_code({.canister = id}).has_value();
    }
    tally_.disturbances++;
    if (accepted) fail("a stranger may do something");
    if (disk_->hash() != before) fail("a refusal has changed the state");
}

std::optional<std::vector<ByteVector>> read_modules() {
    std::vector<ByteVector> modules;
    for (const std::string name : {"universal", "heartbeat"}) {
        std::ifstream file("replica/scenarios/universal/" + name + ".wasm", std::ios::binary);
        modules.emplace_back(std::istreambuf_iterator<char>(file),
                             std::istreambuf_iterator<char>());
        if (modules.back().empty()) return std::nullopt;
    }
    modules.push_back({0, 'a', 's', 'm', 2});
    return modules;
}

}  // namespace icvm::replica::simulator
