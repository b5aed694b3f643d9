#pragma once

#include <map>
#include <string>
#include <vector>

#include "spec-tests/report.hpp"
#include "spec-tests/script.hpp"
#include "spec-tests/spectest.hpp"

namespace icvm::spec_tests {

/// Runs one script; every script has a store of its own.
class Runner {
public:
    /// `folder` holds the files that the script names. `guard`: see vm::CompileOptions.
    Runner(const Script& script, std::string folder, bool guard);

    Report run();

private:
    /// What a command came to.
    struct Verdict {
        enum class Kind { passed, failed, waits, ignored } kind = Kind::passed;
        std::string text;  ///< why it failed, or what it waits for
    };
    /// A module of the script; no instance: it waits for `waits_for`, or is broken.
    struct Entry {
        vm::Instance* instance = nullptr;
        std::string waits_for;
    };

    Verdict run_command(const Command& command);
    Verdict run_module(const Command& command);
    Verdict run_register(const Command& command);
    Verdict assert_return(const Command& command);
    Verdict assert_trap(const Command& command);
    Verdict assert_no_module(const Command& command);
    Verdict assert_no_instance(const Command& command);

    struct Loaded;
    Loaded load(const std::string& filename) const;
    struct Instantiated;
    Instantiated instantiate(const Loaded& loaded);
    struct Acted;
    Acted act(const Command& command);
    Entry find_module(const std::string& name) const;
    std::optional<vm::Extern> find_import(const vm::Import& import) const;

    const Script& script_;
    std::string folder_;
    bool guard_;
    vm::Store store_;
    Exports spectest_;
    Entry last_;
    std::map<std::string, Entry> named_;       ///< by the script's own names
    std::map<std::string, Entry> registered_;  ///< by the names that imports give
};

}  // namespace icvm::spec_tests
