#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vm/script/script.hpp"
#include "vm/script/script_module.hpp"
#include "vm/script/spectest.hpp"
#include "vm/script/suite.hpp"

namespace icvm::vm {

/// Runs the commands of a script in one store, and compares what happens with what is expected.
class ScriptRunner {
public:
    explicit ScriptRunner(const SuiteOptions& options);
    ScriptReport run(const Script& script);

private:
    using Compiled = std::shared_ptr<const CompiledModule>;
    using Values = std::vector<Value>;
    /// Nothing, or what was expected and what was found.
    using Failure = std::optional<std::string>;

    Failure run_command(const Command& command);
    Failure run_module(const ScriptModule& module);
    Failure run_instance(const Command& command);
    Failure run_register(const Command& command);
    Failure assert_results(const Command& command);
    Failure assert_stop(const Command& command, Stop::Kind expected);

    /// What an assertion is about: an action, or a module that is loaded or instantiated.
    Result<Values, Stop> attempt(const Command& command);
    Result<Values, Stop> act(const Action& action);
    Result<Values, Stop> call(FunctionInstance& function, const Action& action);
    Result<Compiled, Stop> load(const ScriptModule& module) const;
    Result<Instance*, Stop> instantiate(Compiled module);
    Result<Instance*, Stop> find_instance(const std::string& id) const;
    std::optional<Extern> find_import(const Import& import) const;
    void remember(const std::string& id, Instance* instance);

    bool guard_;
    Store store_;
    HostModule spectest_;
    // By id; "" is the last one. Null: it could not be made.
    std::map<std::string, Compiled> definitions_;
    std::map<std::string, Instance*> instances_;
    std::map<std::string, Instance*> registered_;  ///< by the name of their module in imports
};

}  // namespace icvm::vm
