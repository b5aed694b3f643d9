#pragma once

#include "replica/simulator/simulation.hpp"

namespace icvm::replica::simulator {

/// Rounds of one world at most, before the last ones in which all is answered.
inline constexpr u64 world_rounds = 200;

struct Outcome {
    Sha256 hash{};
    Tally tally;
};

/// Makes the world of a seed; every second one twice, with disturbances and without: its state must
/// be the same.
Result<Outcome, Finding> make_world(u64 seed, u64 rounds, const std::vector<ByteVector>& modules);

/// "simulator --seed 7 --rounds 20": what makes the finding again.
std::string command_of(u64 seed, u64 rounds, const Finding& finding);

}  // namespace icvm::replica::simulator
