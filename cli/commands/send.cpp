#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/number.hpp"
#include "cli/planned_call.hpp"

namespace icvm::cli {

Done command_send(Context& context) {
    TRY(check_call_operands(context.invocation));
    Session session = TRY(open_session(context, StateUse::existing));
    PlannedCall plan = TRY(plan_call(context, session));
    const CanisterCall& call = plan.call;
    const auto id = session.replica.submit({call.target.id, call.method, call.argument});
    if (!id)
        return std::unexpected(
            problem_of(id.error(), deed_of(call, id.error(), plan.module_info())));
    const std::string text = message_text(*id);
    context.terminal.note(
        fmt::format("sent {} to {}: icvm await {}", call.method, call.target.who, text));
    context.terminal.result(text);
    context.json.add("message", text);
    return {};
}

}  // namespace icvm::cli
