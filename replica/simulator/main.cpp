/// Random things happen to subnets: what must hold is checked after each round.
///
///     simulator [--seed S] [--rounds N] [--hashes | --covered]
///
/// A world of up to 200 rounds for each seed from S on, until there are N rounds; then how often
/// what has happened.
///
/// --hashes   prints each seed with the hash of its world, for other builds to compare
/// --covered  fails when something never happens that should (coverage.cpp)

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "replica/simulator/outcome.hpp"

namespace icvm::replica::simulator {
namespace {

/// How often a long run tells how far it is.
constexpr u64 told_rounds = 50'000;

struct CommandLine {
    u64 seed = 1;
    u64 rounds = 1000;
    bool hashes = false, covered = false;
    bool is_wrong = false;
};

CommandLine read_command_line(int count, char** arguments) {
    CommandLine line;
    for (int i = 1; i < count; i++) {
        const std::string_view name = arguments[i];
        if (name == "--hashes")
            line.hashes = true;
        else if (name == "--covered")
            line.covered = true;
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
    sum.callbacks_max = std::max(sum.callbacks_max, tally.callbacks_max);
    sum.coverage.add(tally.coverage);
}

void print(u64 seed, const Sha256& hash) {
    fmt::print("{} ", seed);
    for (const u8 byte : hash) fmt::print("{:02x}", byte);
    fmt::print("\n");
}

/// How often what has happened.
void print(const Tally& sum, u64 worlds) {
    for (const auto& [thing, count] : sum.coverage.counts())
        fmt::print("{:>12} {}\n", count, thing);
    for (const std::string_view thing : sum.coverage.missing())
        fmt::print("{:>12} {}\n", "never", thing);
    fmt::print(
        "{} worlds, {} rounds, {} messages answered ({} replies), {} disturbances, {} calls open "
        "at most, {} million instructions\n",
        worlds, sum.rounds, sum.messages, sum.replies, sum.disturbances, sum.callbacks_max,
        sum.instructions / 1'000'000);
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
        const auto outcome = make_world(seed, rounds, *modules);
        if (!outcome) {
            fmt::print("round {}: {}\n{}\n", outcome.error().round, outcome.error().text,
                       command_of(seed, rounds, outcome.error()));
            return 1;
        }
        add(sum, outcome->tally);
        if (sum.rounds / told_rounds != (sum.rounds - outcome->tally.rounds) / told_rounds)
            fmt::print(stderr, "{} rounds, up to seed {}\n", sum.rounds, seed);
        if (line.hashes) print(seed, outcome->hash);
    }
    if (!line.hashes) print(sum, seed - line.seed);
    return line.covered && !sum.coverage.missing().empty() ? 1 : 0;
}

}  // namespace
}  // namespace icvm::replica::simulator

int main(int count, char** arguments) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const auto line = icvm::replica::simulator::read_command_line(count, arguments);
    if (!line.is_wrong) return icvm::replica::simulator::simulate(line);
    fmt::print("usage: simulator [--seed S] [--rounds N] [--hashes | --covered]\n");
    return 2;
}
