#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/session.hpp"

namespace icvm::cli {

Done command_new(Context& context) {
    const auto& operands = context.invocation.operands;
    if (operands.size() != 1)
        return std::unexpected(usage_problem("one name is needed", context.invocation.command));
    const std::string& name = operands[0];
    if (auto done = check_name(name); !done) return done;
    Session session = TRY(open_session(context, StateUse::create));
    if (const auto target = TRY(look_for_canister(context, session, name))) {
        context.terminal.note(target->who + " exists already");
        context.terminal.result(target->id.text());
        context.json.add_json("canister", json_of(*target));
        return {};
    }
    auto id = session.replica.create_canister(name);
    if (!id)
        return std::unexpected(
            problem_of(id.error(), {name, name, "create_canister", "unchanged"}));
    const Target target = target_of(session, *id);
    context.terminal.note("created " + target.who);
    context.terminal.result(id->text());
    context.json.add_json("canister", json_of(target));
    return {};
}

}  // namespace icvm::cli
