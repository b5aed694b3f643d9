#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/module_file.hpp"
#include "cli/session.hpp"

namespace icvm::cli {

enum class ModeChoice : u8 {
    automatic,  ///< install when empty, else upgrade; never reinstall
    install,
    reinstall,
    upgrade,
};

/// What the person said about an installation.
struct InstallChoices {
    ModeChoice mode = ModeChoice::automatic;
    std::optional<replica::WasmMemoryPersistence> persistence;
    bool skip_pre_upgrade = false;
    bool waits_for_answers = true;
    ArgumentText arguments;
};
/// From the options; `arguments` is the operand, or nullptr.
Result<InstallChoices, Problem> read_choices(const Context& context, ModeChoice otherwise,
                                             const std::string* arguments);

/// An installation that was checked and has changed nothing yet.
struct Plan {
    std::string name;  ///< of the canister that is created when there is no target
    std::optional<Target> target{};
    std::optional<replica::CanisterStatus> before{};
    ModuleFile module;
    replica::InstallMode mode = replica::InstallMode::install;
    ByteVector argument{};
    std::optional<replica::WasmMemoryPersistence> persistence{};
    bool skip_pre_upgrade = false;
    bool waits_for_answers = true;
    /// The same module is installed already.
    bool is_unchanged() const { return before && before->module_hash == module.info.hash; }
};

/// All checks: the module can be a canister, the arguments fit, the heap of an
/// enhanced-persistence canister would not be lost unasked.
Result<Plan, Problem> plan_installation(Context& context, Session& session, std::string name,
                                        std::optional<Target> target, ModuleFile module,
                                        const InstallChoices& choices);
struct Installed {
    Target target;
    replica::Receipt receipt;
};
/// Asks where data would be lost, creates the canister if needed, and installs.
Result<Installed, Problem> execute(Context& context, Session& session, const Plan& plan);
/// execute, and says so. The members for --json.
Result<JsonObject, Problem> carry_out(Context& context, Session& session, const Plan& plan);

/// For `upgrade --all`, `install --all` and `deploy`: all are planned before the first is carried
/// out, those without a change are left alone, the first failure stops the rest.
Done carry_out_all(Context& context, Session& session, const std::vector<Plan>& plans);
/// Plans for every canister that remembers its module file.
Result<std::vector<Plan>, Problem> plan_all(Context& context, Session& session,
                                            const InstallChoices& choices);

/// Says yes, or why not: asks on a terminal, and goes on when there is nobody to ask.
Done confirm(Context& context, const std::string& question);

}  // namespace icvm::cli
