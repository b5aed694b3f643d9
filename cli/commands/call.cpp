#include "cli/command.hpp"
#include "cli/planned_call.hpp"

namespace icvm::cli {

Done command_call(Context& context) {
    const Invocation& invocation = context.invocation;
    TRY(check_call_operands(invocation));
    const ReplyFormat format = TRY(read_reply_format(invocation));
    Session session = TRY(open_session(context, StateUse::existing));
    PlannedCall plan = TRY(plan_call(context, session));
    CanisterCall& call = plan.call;
    call.is_query =
        invocation.has("query") || (!invocation.has("update") && plan.is_exported_as_query());
    context.json.add("query", call.is_query);
    const replica::Reply reply = TRY(perform(context, session, call, plan.module_info()));
    if (!call.is_query) context.json.add("message", reply.receipt.round);
    context.json.add("instructions", reply.receipt.instructions);
    context.json.add_json("reply", reply_json(reply.bytes, plan.service, call.method));
    auto done = print_reply(context, reply.bytes, plan.service, call.method, format);
    if (!done && !call.is_query) add_state(done.error(), kept_text(call.method));
    return done;
}

}  // namespace icvm::cli
