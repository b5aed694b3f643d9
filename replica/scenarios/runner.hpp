#pragma once

#include "replica/scenarios/scenario.hpp"

namespace icvm::replica::scenarios {

/// Runs a scenario in a world of its own. An error says which statement did not do what it should:
/// "calls.txt:12: update A {…}\nexpected …\ngot …".
Result<void, std::string> run(const Scenario& scenario);

}  // namespace icvm::replica::scenarios
