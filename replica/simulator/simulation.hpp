#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "replica/replica.hpp"
#include "replica/simulator/cast.hpp"
#include "replica/simulator/coverage.hpp"
#include "replica/simulator/disk.hpp"
#include "replica/simulator/observer.hpp"

namespace icvm::replica::simulator {

/// What should not have happened.
struct Finding {
    u64 round = 0;  ///< of the simulation
    std::string text;
};

/// What happened in a simulation, to see that it is not always the same.
struct Tally {
    u64 rounds = 0;
    u64 messages = 0;  ///< ingress messages answered
    u64 replies = 0;   ///< of them
    u64 instructions = 0;
    u64 disturbances = 0;
    u64 callbacks_max = 0;  ///< that a canister waited for at once
    Coverage coverage{};
};

/// `quiet`: nothing but what changes the state. `disturbed`: transactions fail, executions are
/// interrupted, the replica is opened anew, there are queries and refusals beside it; nothing of
/// that may change the state. `power_failures`: that, on a disk that forgets what was not synced.
enum class Weather : u8 { quiet, disturbed, power_failures };

/// One subnet to which random things happen. The same seed gives the same state.
class Simulation {
public:
    /// `modules`: to install; the first one is a universal canister.
    Simulation(u64 seed, Weather weather, std::vector<ByteVector> modules);

    /// Some rounds, then as many as it takes to answer everything.
    Result<Sha256, Finding> run(u64 rounds);
    const Tally& tally() const { return tally_; }
    Storage& storage() { return disk_->storage(); }
    /// Of the state after each round.
    const std::vector<Sha256>& hashes() const { return hashes_; }

private:
    struct Message {
        std::string method;
        bool is_answered = false;
        u64 round = 0;         ///< in which it was answered
        u64 forgotten_ns = 0;  ///< when its answer is
    };

    std::unique_ptr<Replica> opened();
    void reopen();
    void refresh_cast();
    void fail(std::string text);

    // Actions of users.
    void act();
    void submit_program();
    void submit_management();
    void strike();
    void create();
    void revive();
    void call_api();
    void move_time();
    void take_answers();
    void submit(const RandomCall& call, bool expires);
    template <class Change>
    void attempt(std::string_view name, Change change);

    // Rounds.
    void tick();
    void note_round(const Receipt& receipt);
    void follow_messages();
    void check();
    void check_thoroughly(std::string_view when);
    void drain();

    // What must not matter.
    void disturb();
    void query();
    void note_query(const Call& call);
    void refuse();
    /// Each gives whether the round has happened nevertheless.
    bool spoil_round();
    bool lose_power();

    Weather weather_;
    Random random_, disturbance_;
    Cast cast_;
    std::shared_ptr<Disk> disk_;
    bool interrupts_ = false;
    std::unique_ptr<Replica> replica_;
    std::map<MessageId, Message> messages_;
    std::vector<Sha256> hashes_;
    std::optional<Finding> finding_;
    Tally tally_;
    Observer observer_{tally_.coverage};
};

/// The modules of replica/scenarios/universal, and one that is none. Nothing: they are not there.
std::optional<std::vector<ByteVector>> read_modules();

}  // namespace icvm::replica::simulator
