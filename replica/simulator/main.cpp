/// Random things happen to subnets: what must hold is checked after each round.
///
///     simulator [--seed S] [--rounds N] [--hashes]
///
/// A world of up to 1000 rounds for each seed from S on, until there are N rounds. Every world is
/// made twice in part: with disturbances and without, and must be the same.
///
/// --hashes  prints each seed with the hash of its world, for other builds to compare

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "replica/simulator/simulation.hpp"

namespace icvm::replica::simulator {
namespace {

constexpr u64 world_rounds = 1000;
/// Each of so many worlds is made again without disturbances.
constexpr u64 twice = 4;

struct CommandLine {
    u64 seed = 1;
    u64 rounds = 1000;
    bool hashes = false;
    bool is_wrong = false;
};

CommandLine read_command_line(int count, char** arguments) {
    CommandLine line;
    for (int i = 1; i < count; i++) {
        const std::string_view name = arguments[i];
        if (name == "--hashes")
            line.hashes = true;
        else if (i + 1 < count && name == "--seed")
            line.seed = std::strtoull(arguments[++i], nullptr, 10);
        else if (i + 1 < count && name == "--rounds")
            line.rounds = std::strtoull(arguments[++i], nullptr, 10);
        else
            line.is_wrong = true;
    }
    return line;
}

void add(Tally& sum, const Tally& tally) {
    sum.rounds += tally.rounds;
    sum.messages += tally.messages;
    sum.replies += tally.replies;
    sum.instructions += tally.instructions;
    sum.disturbances += tally.disturbances;
    sum.deadlines += tally.deadlines;
    sum.callbacks_max = std::max(sum.callbacks_max, tally.callbacks_max);
    for (const auto& [error, count] : tally.errors) sum.errors[error] += count;
}

void print(const Tally& sum) {
    fmt::print(
        "{} rounds, {} messages answered ({} replies), {} disturbances, {} deadlines, "
        "{} calls open at most, {} million instructions\n",
        sum.rounds, sum.messages, sum.replies, sum.disturbances, sum.deadlines, sum.callbacks_max,
        sum.instructions / 1'000'000);
    for (const auto& [error, count] : sum.errors) fmt::print("{} {}\n", error, count);
}

int tell(u64 seed, const Finding& finding) {
    fmt::print("round {}: {}\nsimulator --seed {} --rounds {}\n", finding.round, finding.text, seed,
               std::max<u64>(finding.round, 1));
    return 1;
}

int simulate(const CommandLine& line) {
    const auto modules = read_modules();
    if (!modules) {
        fmt::print("there is no replica/scenarios/universal here\n");
        return 2;
    }
    Tally sum;
    u64 seed = line.seed;
    for (u64 done = 0; done < line.rounds; done += world_rounds, seed++) {
        const u64 rounds = std::min(line.rounds - done, world_rounds);
        Simulation simulation(seed, true, *modules);
        const auto hash = simulation.run(rounds);
        if (!hash) return tell(seed, hash.error());
        add(sum, simulation.tally());
        if (line.hashes) {
            fmt::print("{} ", seed);
            for (const u8 byte : *hash) fmt::print("{:02x}", byte);
            fmt::print("\n");
        }
        if (seed % twice != 0) continue;
        const auto again = Simulation(seed, false, *modules).run(rounds);
        if (!again) return tell(seed, again.error());
        if (*again != *hash) return tell(seed, {rounds, "disturbances have changed the state"});
    }
    if (!line.hashes) print(sum);
    return 0;
}

}  // namespace
}  // namespace icvm::replica::simulator

int main(int count, char** arguments) {
    const auto line = icvm::replica::simulator::read_command_line(count, arguments);
    if (!line.is_wrong) return icvm::replica::simulator::simulate(line);
    fmt::print("usage: simulator [--seed S] [--rounds N] [--hashes]\n");
    return 2;
}
