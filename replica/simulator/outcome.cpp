#include "replica/simulator/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace icvm::replica::simulator {

namespace {

std::set<std::string> keys_of(Storage& storage) {
    const auto keys = storage.keys("").value_or(std::vector<std::string>());
    return {keys.begin(), keys.end()};
}

/// In words; pages when no record differs.
std::string first_difference(Storage& one, Storage& other) {
    std::set<std::string> keys = keys_of(one);
    keys.merge(keys_of(other));
    for (const std::string& key : keys) {
        const auto here = one.record(key), there = other.record(key);
        if (!here || !there) return "a record cannot be read";
        if (*here != *there) return "the record " + key;
    }
    return "a page of a memory";
}

/// Rounds until the states differ.
u64 first_difference(const std::vector<Sha256>& one, const std::vector<Sha256>& other) {
    return u64(std::ranges::mismatch(one, other).in1 - one.begin()) + 1;
}

}  // namespace

Result<Outcome, Finding> make_world(u64 seed, u64 rounds, const std::vector<ByteVector>& modules) {
    const Weather weather = seed % 4 == 0 ? Weather::power_failures : Weather::disturbed;
    Simulation simulation(seed, weather, modules);
    const Sha256 hash = TRY(simulation.run(rounds));
    if (seed % 2 == 0) {
        Simulation quiet(seed, Weather::quiet, modules);
        if (TRY(quiet.run(rounds)) != hash)
            return std::unexpected(
                Finding{first_difference(simulation.hashes(), quiet.hashes()),
                        "disturbances have changed " +
                            first_difference(simulation.storage(), quiet.storage())});
    }
    return Outcome{hash, simulation.tally()};
}

std::string command_of(u64 seed, u64 rounds, const Finding& finding) {
    return fmt::format("simulator --seed {} --rounds {}", seed,
                       std::clamp<u64>(finding.round, 1, rounds));
}

}  // namespace icvm::replica::simulator
