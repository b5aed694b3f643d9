#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "replica/replica.hpp"
#include "replica/simulator/disk.hpp"
#include "replica/simulator/program.hpp"

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
    u64 deadlines = 0;  ///< callbacks that have expired
    u64 callbacks_max = 0;
    std::map<std::string, u64> errors{};  ///< by code, of the answers
};

/// One subnet to which random things happen. The same seed gives the same state.
class Simulation {
public:
    /// `disturbed`: transactions fail, executions are interrupted, the replica is opened anew,
    /// there are queries and refusals beside it; nothing of that may change the state. `modules`:
    /// to install; the first one is a universal canister.
    Simulation(u64 seed, bool disturbed, std::vector<ByteVector> modules);

    /// Some rounds, then as many as it takes to answer everything.
    Result<Sha256, Finding> run(u64 rounds);
    const Tally& tally() const { return tally_; }

private:
    struct Message {
        bool is_answered = false;
        u64 round = 0;  ///< in which it was answered
    };

    std::unique_ptr<Replica> opened();
    void reopen();
    void refresh_cast();
    void fail(std::string text);

    void act();
    void submit_program();
    void submit_management();
    void create();
    void revive();
    void call_api();
    void move_time();
    void take_answers();
    void submit(const RandomCall& call, bool expires);
    template <class Change>
    void attempt(std::string_view name, Change change);

    void disturb();
    void query();
    void refuse();
    void tick();
    void follow_messages();
    void check();
    void drain();

    bool disturbed_;
    Random random_, disturbance_;
    Cast cast_;
    std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
    bool interrupts_ = false;
    std::string schedule_;
    u64 round_instructions_;
    std::unique_ptr<Replica> replica_;
    std::map<MessageId, Message> messages_;
    std::optional<Finding> finding_;
    Tally tally_;
};

/// The modules of replica/scenarios/universal, and one that is none. Nothing: they are not there.
std::optional<std::vector<ByteVector>> read_modules();

}  // namespace icvm::replica::simulator
