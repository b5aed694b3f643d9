#include "cli/command.hpp"
#include "cli/session.hpp"

namespace icvm::cli {

Done command_id(Context& context) {
    const auto& operands = context.invocation.operands;
    if (operands.size() != 1)
        return std::unexpected(usage_problem("one canister is needed", context.invocation.command));
    const Session session = TRY(open_session(context, StateUse::existing));
    const Target target = TRY(find_canister(context, session, operands[0]));
    context.terminal.result(target.id.text());
    context.json.add_json("canister", json_of(target));
    return {};
}

}  // namespace icvm::cli
