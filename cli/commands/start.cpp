#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/lifecycle.hpp"
#include "cli/session.hpp"

namespace icvm::cli {
namespace {

/// dfx start --clean: the state goes, but never unasked.
Done clean(Context& context) {
    const std::string& path = context.globals.state;
    if (!state_exists(context)) {
        context.terminal.note(fmt::format("no state in {}: nothing to erase", path));
        return {};
    }
    switch (
        context.terminal.ask(fmt::format("erase the state in {} with all its canisters?", path))) {
        case Terminal::Answer::yes: break;
        case Terminal::Answer::nobody_to_ask: {
            Problem problem = usage_problem(
                fmt::format("--clean would erase the state in {} with all its canisters", path));
            add_note(problem, "state", "unchanged");
            add_note(problem, "next", "icvm start --clean -y");
            return std::unexpected(std::move(problem));
        }
        case Terminal::Answer::no:
        case Terminal::Answer::interrupted:
            return std::unexpected(interrupted_problem("not done", "unchanged"));
    }
    if (auto done = erase_state(context); !done) return done;
    context.terminal.note(fmt::format("erased {}", path));
    return {};
}

}  // namespace

Done command_start(Context& context) {
    const bool wants_clean = context.invocation.has("clean");
    if (!no_canister_named(context)) {
        if (wants_clean)
            return std::unexpected(
                usage_problem("--clean erases the whole state: it takes no CANISTER",
                              context.invocation.command));
        return for_each_canister(
            context, {"start_canister", "started", "", &replica::Replica::start_canister});
    }
    if (wants_clean)
        if (auto done = clean(context); !done) return done;
    context.terminal.note("icvm has no server to start: every command opens the state itself");
    return {};
}

}  // namespace icvm::cli
