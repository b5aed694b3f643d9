#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/command.hpp"
#include "cli/installation.hpp"
#include "cli/spelling.hpp"

namespace icvm::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* dfx_folder = ".dfx/local/canisters";

std::vector<std::string> entries_of(const char* folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        names.push_back(it->path().filename().string());
    std::ranges::sort(names);
    return names;
}

/// The canisters that the files of this folder are for: what dfx has built, else NAME.wasm[.gz]
/// that no canister has been installed from under another name.
std::set<std::string> names_in_folder(const std::set<std::string>& remembered) {
    std::set<std::string> names;
    for (const std::string& name : entries_of(dfx_folder))
        if (find_module(name, {})) names.insert(name);
    if (!names.empty()) return names;
    for (const std::string& file : entries_of("."))
        if (is_module_name(file) && !remembered.contains(file)) names.insert(module_stem(file));
    return names;
}

Result<std::set<std::string>, Problem> names_to_deploy(Context& context, const Session& session) {
    std::set<std::string> names, files;
    for (const auto& id : session.replica.canisters()) {
        const Target target = target_of(session, id);
        const auto status = TRY(status_of(session, target));
        if (status.module_path.empty()) continue;
        names.insert(target.name);
        files.insert(path_from_remembered(context, status.module_path));
    }
    names.merge(names_in_folder(files));
    if (names.empty())
        return std::unexpected(file_problem(
            fmt::format(
                "nothing to deploy: no module in {}/NAME, no NAME.wasm or NAME.wasm.gz here, "
                "and none remembered in {}",
                dfx_folder, context.globals.state),
            "icvm install NAME FILE.wasm"));
    return names;
}

Result<std::optional<Plan>, Problem> plan_one(Context& context, Session& session,
                                              const std::string& name,
                                              const InstallChoices& choices) {
    auto target = TRY(look_for_canister(context, session, name));
    if (!target)
        if (auto done = check_name(name); !done) return std::unexpected(std::move(done.error()));
    std::string remembered;
    if (target)
        remembered = path_from_remembered(context, TRY(status_of(session, *target)).module_path);
    ModuleFile module = TRY(read_module(TRY(find_module(name, remembered))));
    if (target && choices.mode != ModeChoice::reinstall &&
        TRY(status_of(session, *target)).module_hash == module.info.hash) {
        context.terminal.note(fmt::format("{}: {} has not changed", name, module.path));
        return std::nullopt;
    }
    return TRY(
        plan_installation(context, session, name, std::move(target), std::move(module), choices));
}

Result<std::vector<Plan>, Problem> plan_deployment(Context& context, Session& session,
                                                   const InstallChoices& choices) {
    const auto& operands = context.invocation.operands;
    std::set<std::string> names;
    if (operands.empty())
        names = TRY(names_to_deploy(context, session));
    else
        names.insert(operands[0]);
    std::vector<Plan> plans;
    for (const std::string& name : names)
        if (auto plan = TRY(plan_one(context, session, name, choices)))
            plans.push_back(std::move(*plan));
    return plans;
}

}  // namespace

Done command_deploy(Context& context) {
    const auto& operands = context.invocation.operands;
    if (operands.size() > 2)
        return std::unexpected(usage_problem(
            fmt::format("one argument too many: `{}`", operands[2]), context.invocation.command));
    const auto choices = TRY(read_choices(context, ModeChoice::automatic,
                                          operands.size() == 2 ? &operands[1] : nullptr));
    if (!state_exists(context)) {  // an error must leave no state directory behind
        Session trial = TRY(open_session_in_memory(context));
        TRY(plan_deployment(context, trial, choices));
    }
    Session session = TRY(open_session(context, StateUse::create));
    return carry_out_all(context, session, TRY(plan_deployment(context, session, choices)));
}

}  // namespace icvm::cli
