#include "replica/simulator/cast.hpp"

#include <iterator>

namespace icvm::replica::simulator {

namespace {

/// Small rounds end before the work does, so that others come between.
constexpr u64 round_sizes[] = {12'000'000, 40'000'000, 200'000'000, 28'000'000'000};

}  // namespace

Habits random_habits(Random& random) {
    Habits habits;
    habits.is_free = random.percent(20);
    habits.round_instructions = round_sizes[random.below(std::size(round_sizes))];
    habits.is_poor = random.percent(20);
    habits.canisters_max = 2 + random.below<u64>(9);
    habits.actions_max = 1 + random.below<u64>(5);
    habits.management_calls = 5 + random.below<u64>(40);
    habits.best_effort_calls = random.percent(30) ? 0 : random.below<u64>(80);
    habits.traps = random.below<u64>(15);
    habits.long_waits = random.below<u64>(40);
    habits.tasks = random.below<u64>(20);
    habits.is_full = random.percent(30);
    return habits;
}

Principal nobody() { return Principal::canister(7); }

const ByteVector& random_module(Random& random, const Cast& cast) {
    return random.percent(85) ? cast.modules[random.below(2)] : random.pick(cast.modules);
}

Principal random_canister(Random& random, const Cast& cast) {
    if (cast.canisters.empty() || random.percent(2)) return nobody();
    return random.pick(cast.canisters);
}

}  // namespace icvm::replica::simulator
