#pragma once

#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/random.hpp"

namespace icvm::replica::simulator {

/// What a world is like: chances are percent. Worlds that differ much find more than a mixture of
/// everything in each.
struct Habits {
    bool is_free = false;        ///< the schedule
    u64 round_instructions = 0;  ///< of one round
    bool is_poor = false;        ///< its canisters run out of cycles
    u64 canisters_max = 0;       ///< users create no more
    u64 actions_max = 0;         ///< of users, before a round
    u64 management_calls = 0;    ///< of all calls
    u64 best_effort_calls = 0;   ///< of calls between canisters
    u64 traps = 0;               ///< of programs
    u64 long_waits = 0;          ///< of the moves of time: minutes and days
    bool is_full = false;        ///< storage is paid for beforehand
    u64 tasks = 0;               ///< of the steps of a program: heartbeats, timers, hooks
};

Habits random_habits(Random& random);

struct KnownSnapshot {
    Principal canister;
    ByteVector id;
};

/// Whom and what programs may name.
struct Cast {
    Habits habits;
    std::vector<Principal> users;
    std::vector<Principal> canisters;
    std::vector<KnownSnapshot> snapshots;
    std::vector<Principal> chunk_stores;  ///< canisters with chunks
    std::vector<ByteVector> modules;      ///< the universal one first; the last one is none
    u64 time_ns = 0;
};

/// A call that a random program, or a user, makes.
struct RandomCall {
    Principal callee;
    std::string method;
    ByteVector argument;
    u64 cycles = 0;           ///< without which it cannot succeed
    bool is_to_self = false;  ///< whoever makes it
};

/// A canister that is never there.
Principal nobody();
/// Now and then one that is not there.
Principal random_canister(Random& random, const Cast& cast);
/// Seldom one that cannot be used.
const ByteVector& random_module(Random& random, const Cast& cast);

}  // namespace icvm::replica::simulator
