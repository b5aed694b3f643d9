#include "replica/scenarios/runner.hpp"

#include "replica/scenarios/stage.hpp"

namespace icvm::replica::scenarios {

Result<void, std::string> run(const Scenario& scenario) {
    Stage stage;
    for (const Statement& statement : scenario.statements) {
        const auto done = stage.run(statement);
        if (!done)
            return std::unexpected(scenario.file + ":" + std::to_string(statement.line) + ": " +
                                   statement.text + "\n" + done.error());
    }
    return {};
}

}  // namespace icvm::replica::scenarios
