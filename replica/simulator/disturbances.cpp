/// Simulation: what happens beside the messages, and must not matter.

#include "replica/simulator/audit.hpp"
#include "replica/simulator/management_calls.hpp"
#include "replica/simulator/program.hpp"
#include "replica/simulator/simulation.hpp"

namespace icvm::replica::simulator {

namespace {

/// Of canisters that a stranger tries to do something with.
constexpr int strangers_canisters = 3;
/// A round makes that many calls of the file system, and sometimes more.
constexpr u64 file_calls = 10;

}  // namespace

void Simulation::disturb() {
    if (disturbance_.percent(3)) {
        tally_.coverage.count("opened again");
        tally_.disturbances++;
        reopen();
        if (!replica_) return;
    }
    if (disturbance_.percent(15)) query();
    if (disturbance_.percent(5)) refuse();
}

void Simulation::query() {
    using namespace management;
    if (cast_.canisters.empty()) return;
    Call call{disturbance_.pick(cast_.canisters), "query", {}};
    const u64 choice = disturbance_.below(100);
    if (choice < 55) call.method = "composite_query";
    if (choice < 90) {
        ProgramWriter writer(disturbance_, cast_);
        call.argument =
            writer.program(call.method == "query" ? Role::query : Role::composite_query);
    } else {
        constexpr Method methods[] = {Method::fetch_canister_logs, Method::canister_status,
                                      Method::canister_metrics, Method::canister_info};
        const RandomCall made =
            management_call(methods[disturbance_.below(4)], CanisterIdRecord{call.canister});
        call = {made.callee, made.method, made.argument};
    }
    replica_->set_caller(disturbance_.pick(cast_.users));
    note_query(call);
}

void Simulation::note_query(const Call& call) {
    const Sha256 before = disk_->hash();
    const auto reply = replica_->query(call);
    tally_.disturbances++;
    observer_.listen(reply ? reply->receipt.log : reply.error().log);
    if (!reply)
        tally_.coverage.count("query failed");
    else
        tally_.coverage.count(call.method == "composite_query" ? "composite query answered"
                                                               : "query answered");
    if (disk_->hash() != before) fail("a query has changed the state");
    check_thoroughly("after a query");
}

/// What cannot be accepted.
void Simulation::refuse() {
    const Sha256 before = disk_->hash();
    replica_->set_caller(Principal::anonymous());
    ProgramWriter writer(disturbance_, cast_);
    bool accepted =
        replica_->submit({nobody(), "update", writer.program(Role::message)}).has_value();
    accepted |= replica_->submit({Principal(), "no_such_method", {}}).has_value();
    accepted |= replica_->delete_canister(nobody()).has_value();
    for (int n = 0; n < strangers_canisters && !cast_.canisters.empty(); n++) {
        const Principal id = disturbance_.pick(cast_.canisters);
        accepted |= replica_->start_canister(id).has_value();
        accepted |= replica_->install_code({.canister = id}).has_value();
    }
    tally_.coverage.count("refusals");
    tally_.disturbances++;
    if (accepted) fail("a stranger may do something");
    if (disk_->hash() != before) fail("a refusal has changed the state");
}

bool Simulation::spoil_round() {
    if (disk_->has_files() && disturbance_.percent(8)) return lose_power();
    if (!disturbance_.percent(6)) return false;
    const Sha256 before = disk_->hash();
    const bool interrupts = disturbance_.percent(50);
    (interrupts ? interrupts_ : disk_->commits_fail) = true;
    const auto done = replica_->tick();
    interrupts_ = disk_->commits_fail = false;
    tally_.disturbances++;
    if (done) {  // nothing in it was long enough
        if (!interrupts) fail("a round that could not be stored has succeeded");
        note_round(*done);
        return true;
    }
    tally_.coverage.count(interrupts ? "round interrupted" : "round not stored");
    if (disk_->hash() != before) fail("a round that was abandoned has left something");
    check_thoroughly("after a round that was abandoned");
    return false;
}

/// The round is there, all of it, or nothing of it is.
bool Simulation::lose_power() {
    const Sha256 before = disk_->hash();
    const u64 round = replica_->subnet().record().round;
    disk_->plan_power_failure(1 + disturbance_.below(file_calls));
    const auto done = replica_->tick();
    const bool failed = disk_->cancel_power_failure();
    tally_.disturbances++;
    tally_.coverage.count(failed ? "power failure within a round" : "power failure");
    if (!done && !failed) fail("a round fails: " + done.error().storage.message);
    const Sha256 after = failed ? before : disk_->hash();
    replica_.reset();
    if (!disk_->restart(disturbance_.next())) fail("power failed: the disk cannot be read");
    if (!finding_) replica_ = opened();
    if (finding_) return false;
    const bool happened = replica_->subnet().record().round != round;
    if (done && !happened) fail("power failed: a round that was stored is lost");
    if (!(failed && happened) && disk_->hash() != after) fail("power failed: the state is another");
    check_thoroughly("power failed");
    if (happened) tally_.rounds++;
    if (done) observer_.listen(done->log);
    return happened;
}

}  // namespace icvm::replica::simulator
