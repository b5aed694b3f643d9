#include "replica/simulator/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace icvm::replica::simulator {

Result<Outcome, Finding> make_world(u64 seed, u64 rounds, const std::vector<ByteVector>& modules) {
    const Weather weather = seed % 4 == 0 ? Weather::power_failures : Weather::disturbed;
    Simulation simulation(seed, weather, modules);
    const Sha256 hash = TRY(simulation.run(rounds));
    if (seed % 2 == 0) {
        const Sha256 again = TRY(Simulation(seed, Weather::quiet, modules).run(rounds));
        if (again != hash)
            return std::unexpected(Finding{rounds, "disturbances have changed the state"});
    }
    return Outcome{hash, simulation.tally()};
}

std::string command_of(u64 seed, u64 rounds, const Finding& finding) {
    return fmt::format("simulator --seed {} --rounds {}", seed,
                       std::clamp<u64>(finding.round, 1, rounds));
}

}  // namespace icvm::replica::simulator
