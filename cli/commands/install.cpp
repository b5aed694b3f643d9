#include <fmt/format.h>

#include <filesystem>

#include "cli/command.hpp"
#include "cli/installation.hpp"
#include "cli/session.hpp"
#include "cli/spelling.hpp"
#include "vm/base/check.hpp"

namespace icvm::cli {
namespace {

/// install CANISTER [FILE] [ARGS], install FILE [ARGS].
struct Words {
    std::string canister;
    std::optional<std::string> file;
    std::optional<std::string> arguments;
    const std::string* argument_operand() const { return arguments ? &*arguments : nullptr; }
};

Result<Words, Problem> read_words(const Invocation& invocation) {
    const auto& operands = invocation.operands;
    if (operands.empty())
        return std::unexpected(usage_problem("which canister?", invocation.command));
    Words words{operands[0], invocation.value("wasm"), {}};
    size_t next = 1;
    if (next < operands.size() && !words.file && !operands[next].starts_with('('))
        words.file = operands[next++];
    if (next < operands.size()) words.arguments = operands[next++];
    if (next < operands.size())
        return std::unexpected(usage_problem(
            fmt::format("one argument too many: `{}`", operands[next]), invocation.command));
    return words;
}

/// "dir/counter.wasm.gz" names its canister counter.
std::string name_of_file(const std::string& path) {
    std::string name = std::filesystem::path(path).filename().string();
    return name.substr(0, name.find(".wasm"));
}

/// Nothing: the canister is to be created.
struct Place {
    std::string name;
    std::optional<Target> target;
};

Result<Place, Problem> find_place(Context& context, const Session& session, Words& words) {
    auto target = TRY(look_for_canister(context, session, words.canister));
    if (is_module_name(words.canister) && !words.file) words.file = words.canister;
    if (target) return Place{target->name, std::move(target)};
    if (is_module_name(words.canister) && words.file == words.canister) {
        const std::string name = name_of_file(words.canister);
        return Place{name, TRY(look_for_canister(context, session, name))};
    }
    return Place{words.canister, std::nullopt};
}

Result<std::string, Problem> path_of(const Context& context, const Session& session,
                                     const Words& words, const Place& place) {
    if (words.file) return *words.file;
    std::string remembered;
    if (place.target)
        remembered =
            path_from_remembered(context, TRY(status_of(session, *place.target)).module_path);
    return find_module(place.name, remembered);
}

Done install_all(Context& context, ModeChoice otherwise) {
    if (!context.invocation.operands.empty())
        return std::unexpected(
            usage_problem("either CANISTER or --all", context.invocation.command));
    const auto choices = TRY(read_choices(context, otherwise, nullptr));
    Session session = TRY(open_session(context, StateUse::existing));
    const auto plans = TRY(plan_all(context, session, choices));
    return carry_out_all(context, session, plans);
}

/// A module that cannot be installed leaves no state directory behind: with none there, the file
/// is read before one is made.
Done install_one(Context& context, ModeChoice otherwise, bool may_create) {
    Words words = TRY(read_words(context.invocation));
    const auto choices = TRY(read_choices(context, otherwise, words.argument_operand()));
    const bool fresh = !state_exists(context);
    std::optional<ModuleFile> module;
    if (fresh && may_create) {
        Session trial = TRY(open_session_in_memory(context));
        Place place = TRY(find_place(context, trial, words));
        if (auto done = check_name(place.name); !done) return done;
        words.file = TRY(path_of(context, trial, words, place));
        module = TRY(read_module(*words.file));
        TRY(plan_installation(context, trial, place.name, place.target, *module, choices));
    }
    Session session =
        TRY(open_session(context, may_create ? StateUse::create : StateUse::existing));
    Place place = TRY(find_place(context, session, words));
    if (!place.target && !may_create) TRY(find_canister(context, session, words.canister));
    if (!place.target)
        if (auto done = check_name(place.name); !done) return done;
    if (!module) module = TRY(read_module(TRY(path_of(context, session, words, place))));
    const Plan plan = TRY(
        plan_installation(context, session, place.name, place.target, std::move(*module), choices));
    const JsonObject json = TRY(carry_out(context, session, plan));
    context.json = json;
    return {};
}

}  // namespace

Done command_install(Context& context) {
    if (context.invocation.has("all")) return install_all(context, ModeChoice::automatic);
    return install_one(context, ModeChoice::automatic,
                       context.invocation.value("mode") != "upgrade");
}

Done command_upgrade(Context& context) {
    if (context.invocation.has("all")) return install_all(context, ModeChoice::upgrade);
    return install_one(context, ModeChoice::upgrade, false);
}

}  // namespace icvm::cli
