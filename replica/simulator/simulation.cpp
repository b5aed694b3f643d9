#include "replica/simulator/simulation.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "replica/simulator/audit.hpp"
#include "replica/simulator/management_calls.hpp"
#include "replica/simulator/program.hpp"

namespace icvm::replica::simulator {

namespace {

constexpr u64 second_ns = 1'000'000'000, minute_ns = 60 * second_ns, day_ns = 1440 * minute_ns;
constexpr u64 large_round = 28'000'000'000;
constexpr u64 trillion = 1'000'000'000'000;
/// Between two calls of Options::progress, where executions are interrupted.
constexpr u64 small_slice = 2'000;
/// Rounds after which everything must have been answered, a minute each.
constexpr u64 drain_rounds = 30;
/// How often the audits are made that take long.
constexpr u64 thorough_rounds = 8, reread_rounds = 32, memory_rounds = 64;

Principal user(std::string_view name) { return Principal::self_authenticating(bytes_of(name)); }

Call call_of(const RandomCall& call) { return {call.callee, call.method, call.argument}; }

}  // namespace

Simulation::Simulation(u64 seed, Weather weather, std::vector<ByteVector> modules)
    : weather_(weather),
      random_(seed),
      disturbance_(~seed),
      disk_(std::make_shared<Disk>(weather == Weather::power_failures)) {
    cast_.users = {default_caller(), user("alice"), user("bob")};
    cast_.modules = std::move(modules);
    cast_.habits = random_habits(random_);
    replica_ = opened();
}

std::unique_ptr<Replica> Simulation::opened() {
    Options options{.cycles = cast_.habits.is_free ? "free" : "13",
                    .progress = {},
                    .round_instructions = cast_.habits.round_instructions};
    if (cast_.habits.is_full) options.capacity.storage_threshold_bytes = 0;
    if (weather_ != Weather::quiet) {
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
        for (u64 actions = random_.below(1 + cast_.habits.actions_max); actions > 0 && !finding_;
             actions--) {
            act();
            follow_messages();  // what users wait for takes rounds, and time may move behind it
        }
        if (weather_ != Weather::quiet && !finding_) disturb();
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
    cast_.snapshots.clear();
    cast_.chunk_stores.clear();
    for (const auto& [id, canister] : replica_->subnet().canisters()) {
        for (const Snapshot& snapshot : canister.snapshots)
            cast_.snapshots.push_back({id, snapshot.id});
        if (!canister.chunks.empty()) cast_.chunk_stores.push_back(id);
    }
}

// ---- What happens ------------------------------------------------------------------------------

void Simulation::act() {
    const u64 choice = random_.below(100);
    if (choice < 55) return submit_program();
    if (choice < 65) return submit_management();
    if (choice < 68) return strike();
    if (choice < 71) return create();
    if (choice < 85) return revive();
    if (choice < 88) return call_api();
    if (choice < 95) return move_time();
    take_answers();
}

void Simulation::submit(const RandomCall& call, bool expires) {
    replica_->set_caller(random_.percent(85) ? cast_.users[0] : random_.pick(cast_.users));
    const u64 expiry = expires ? replica_->time_ns() + random_.below(minute_ns) : 0;
    attempt("submit", [&] {
        auto id = replica_->submit(call_of(call), {}, expiry);
        if (id) messages_.emplace(*id, Message{.method = call.method});
        return id;
    });
}

void Simulation::submit_program() {
    if (cast_.canisters.empty()) return;
    ProgramWriter writer(random_, cast_);
    const u64 choice = random_.below(100);
    const std::string method = choice < 88 ? "update" : choice < 97 ? "query" : "missing";
    const Role role = method == "query" ? Role::query : Role::message;
    // One after the other: the order of arguments is the compiler's.
    const RandomCall call{random_.pick(cast_.canisters), method, writer.program(role)};
    submit(call, random_.percent(20));
}

void Simulation::submit_management() {
    const RandomCall call = random_.percent(20) ? random_snapshot_call(random_, cast_)
                                                : random_management_call(random_, cast_);
    submit(call, random_.percent(10));
}

/// At one that waits for answers, if there is any.
void Simulation::strike() {
    std::vector<Principal> waiting;
    for (const auto& [id, canister] : replica_->subnet().canisters())
        if (!canister.calls.contexts().empty()) waiting.push_back(id);
    if (waiting.empty()) return;
    const Principal struck = random_.pick(waiting);
    submit(random_strike(random_, cast_, struck), false);
}

void Simulation::create() {
    if (cast_.canisters.size() < cast_.habits.canisters_max)
        submit(random_creation(random_, cast_), false);
}

/// Without help all canisters would be empty, stopped or frozen in the end.
void Simulation::revive() {
    replica_->set_caller(cast_.users[0]);
    for (const Principal& id : replica_->canisters()) {
        const Canister& canister = *replica_->canister(id);
        const InstallCode install{.canister = id, .module = cast_.modules[random_.below(2)]};
        const Status status = canister.status;  // a transition may make the canister anew
        if (canister.cycles < trillion && !cast_.habits.is_poor)
            submit(top_up(id, 50 * trillion), false);
        else if (!canister.code)
            attempt("install", [&] { return replica_->install_code(install); });
        if (status == Status::stopped && random_.percent(15))
            submit(deletion(id), false);
        else if (status != Status::running && random_.percent(70))
            attempt("start", [&] { return replica_->start_canister(id); });
    }
}

void Simulation::call_api() {
    if (cast_.canisters.empty()) return;
    const Principal id = random_.pick(cast_.canisters);
    replica_->set_caller(cast_.users[0]);
    switch (random_.below(6)) {
        case 0:
            if (cast_.habits.round_instructions < large_round) return;
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
    if constexpr (requires { done->log; })
        if (done) observer_.listen(done->log);
    if (done) return;
    const Failure& failure = done.error();
    observer_.listen(failure.log);
    if (failure.kind == Failure::Kind::unanswered) {
        messages_.emplace(*failure.message, Message{.method = std::string(name)});
        return;
    }
    if (failure.kind != Failure::Kind::reject)
        return fail(fmt::format("{}: {}", name, failure.storage.message));
    tally_.coverage.count(to_string(failure.reject.error));
    const bool may_change = failure.instructions > 0 || round != replica_->subnet().record().round;
    if (!may_change && disk_->hash() != before)
        fail(fmt::format("{} was refused and has changed the state", name));
}

void Simulation::move_time() {
    u64 ns = random_.below(2 * second_ns);
    if (random_.percent(cast_.habits.long_waits))
        ns = random_.percent(20) ? random_.below(20 * day_ns) : random_.below(6 * minute_ns);
    else if (random_.percent(50))
        ns = random_.below(30 * second_ns);
    for (const auto& [id, canister] : replica_->subnet().canisters())
        if (canister.status == Status::stopping && random_.percent(40)) ns = 5 * minute_ns;
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
    if (weather_ != Weather::quiet && spoil_round()) return;
    if (finding_) return;
    auto done = replica_->tick();
    if (!done) return fail("a round fails: " + done.error().storage.message);
    note_round(*done);
}

void Simulation::note_round(const Receipt& receipt) {
    tally_.rounds++;
    tally_.instructions += receipt.instructions;
    observer_.listen(receipt.log);
}

/// Each message is answered once, and its answer stays as long as answers do.
void Simulation::follow_messages() {
    std::erase_if(messages_, [&](const auto& entry) {
        const Message& message = entry.second;
        return message.is_answered && message.forgotten_ns <= replica_->time_ns() &&
               !replica_->message_status(entry.first);
    });
    for (auto& [id, message] : messages_) {
        const IngressStatus* status = replica_->message_status(id);
        if (!status) return fail("a message is forgotten");
        const bool is_answered = status->state >= IngressState::replied;
        if (!message.is_answered && is_answered) {
            tally_.messages++;
            const bool replies = status->state == IngressState::replied;
            tally_.replies += replies;
            if (replies) tally_.coverage.count(message.method);
            if (const auto* rejection = std::get_if<RejectPayload>(&status->payload))
                tally_.coverage.count(to_string(rejection->error));
            message.is_answered = true;
            message.round = status->round;
            message.forgotten_ns = status->forgotten_ns;
        }
        if (message.is_answered && (!is_answered || message.round != status->round))
            return fail("a message is answered twice");
    }
}

void Simulation::check() {
    follow_messages();
    hashes_.push_back(disk_->hash());
    const Subnet& subnet = replica_->subnet();
    observer_.look(subnet);
    for (const auto& [id, canister] : subnet.canisters())
        tally_.callbacks_max =
            std::max<u64>(tally_.callbacks_max, canister.calls.callbacks().size());
    const bool is_thorough = tally_.rounds % thorough_rounds == 0;
    if (auto found = audit(subnet, *disk_, is_thorough)) fail(*found);
    if (tally_.rounds % memory_rounds == 0)
        if (auto found = find_lost_memory(subnet, disk_->storage())) fail(*found);
    if (weather_ == Weather::quiet || tally_.rounds % reread_rounds != 0) return;
    const auto reread = Subnet::open(Disk::open(disk_), {.cycles = "13", .progress = {}});
    if (!reread) return fail("the state cannot be read again: " + reread.error().storage.message);
    if (auto found = audit(**reread, *disk_, true)) fail("read again: " + *found);
}

/// In the end all is answered, when time goes on and rounds are large.
void Simulation::drain() {
    cast_.habits.round_instructions = large_round;
    reopen();
    for (u64 round = 0; round < drain_rounds && !finding_; round++) {
        if (!replica_->advance_time(minute_ns)) fail("time cannot be moved");
        tick();
        if (!finding_) check();
    }
    if (finding_) return;
    check_thoroughly("in the end");
    for (const auto& [id, message] : messages_)
        if (!message.is_answered && !finding_) fail("a message is never answered");
    const u64 old_ns = replica_->time_ns() - drain_rounds / 2 * minute_ns;
    for (const auto& [id, canister] : replica_->subnet().canisters())
        for (const auto& [number, context] : canister.calls.contexts())
            if (context.created_ns < old_ns) fail("a call context never ends");
}

void Simulation::check_thoroughly(std::string_view when) {
    if (auto found = audit(replica_->subnet(), *disk_, true))
        fail(fmt::format("{}: {}", when, *found));
}

std::optional<std::vector<ByteVector>> read_modules() {
    std::vector<ByteVector> modules;
    for (const std::string name : {"universal", "heartbeat"}) {
        std::ifstream file("replica/scenarios/universal/" + name + ".wasm", std::ios::binary);
        modules.emplace_back(std::istreambuf_iterator<char>(file),
                             std::istreambuf_iterator<char>());
        if (modules.back().empty()) return std::nullopt;
    }
    modules.push_back({0, 'a', 's', 'm', 1, 0, 0, 0});
    modules.push_back({0, 'a', 's', 'm', 2});
    return modules;
}

}  // namespace icvm::replica::simulator
