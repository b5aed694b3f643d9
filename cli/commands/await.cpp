#include <fmt/format.h>

#include "cli/calling.hpp"
#include "cli/command.hpp"
#include "cli/number.hpp"

namespace icvm::cli {
namespace {

using replica::MessageId;

std::string_view word_of(replica::IngressState state) {
    switch (state) {
        case replica::IngressState::received: return "received";
        case replica::IngressState::processing: return "processing";
        case replica::IngressState::replied: return "replied";
        case replica::IngressState::rejected: return "rejected";
        case replica::IngressState::done: return "done";
    }
    return "";
}

Target receiver_of(const Session& session, const replica::IngressStatus& status) {
    if (status.receiver == replica::Principal()) return management_target();
    return target_of(session, status.receiver);
}

Done list_messages(Context& context, const Session& session) {
    JsonArray json;
    for (const auto& [id, status] : session.replica.messages()) {
        const Target target = receiver_of(session, status);
        context.terminal.result(fmt::format("{:<4}  {:<10}  {} {}", message_text(id),
                                            word_of(status.state), target.who, status.method));
        JsonObject message;
        message.add("message", message_text(id));
        message.add("status", word_of(status.state));
        message.add_json("canister", json_of(target));
        message.add("method", status.method);
        json.add_json(message.text());
    }
    if (session.replica.messages().empty()) context.terminal.note("no calls wait for an answer");
    context.json.add_json("messages", json.text());
    return {};
}

/// Calls have the numbers from 1 on.
bool was_sent(const Session& session, const MessageId& id) {
    const auto number = number_from_text(message_text(id));
    return number && *number > 0 && *number < session.replica.subnet().record().next_ingress;
}

Problem no_message(const Session& session, const MessageId& id) {
    const std::string text = message_text(id);
    const std::string forgotten = fmt::format(
        "the answer of call {} is forgotten: it was shown, or five minutes of the "
        "state's time are over since it came",
        text);
    Problem problem = usage_problem(
        was_sent(session, id) ? forgotten : fmt::format("no call {} was sent in this state", text));
    add_note(problem, "next", "icvm await   # lists the calls");
    return problem;
}

/// Directs the reply: nullptr when its type is not known.
Service service_for(const Session& session, const Target& target, const std::string& method) {
    if (is_management(target)) return replica::management_interface();
    if (method.empty()) return nullptr;
    const auto info = session.replica.module_info(target.id);
    return info && *info ? service_of(**info) : nullptr;
}

Done await_message(Context& context, Session& session, const MessageId& id, ReplyFormat format) {
    const replica::IngressStatus& status = *session.replica.message_status(id);
    const Target target = receiver_of(session, status);
    const std::string known = status.method;
    const Service service = service_for(session, target, known);
    const std::string method = known.empty() ? "call " + message_text(id) : known;
    context.json.add_json("canister", json_of(target));
    context.json.add("message", message_text(id));
    context.progress.start(target.name + " " + method);
    auto reply = session.replica.await(id);
    context.progress.clear();
    if (!reply) {
        const bool is_answered = reply.error().kind == replica::Failure::Kind::reject;
        return std::unexpected(
            problem_of(reply.error(), {target.name, target.who, method,
                                       is_answered ? "the call is answered: this is shown once"
                                                   : "unchanged: the call goes on waiting"}));
    }
    context.terminal.log(reply->receipt.log);
    context.json.add("instructions", reply->receipt.instructions);
    context.json.add_json("reply", reply_json(reply->bytes, service, known));
    return print_reply(context, reply->bytes, service, known, format);
}

}  // namespace

Done command_await(Context& context) {
    const auto& operands = context.invocation.operands;
    if (operands.size() > 1)
        return std::unexpected(usage_problem("one call at a time", context.invocation.command));
    const ReplyFormat format = TRY(read_reply_format(context.invocation));
    Session session = TRY(open_session(context, StateUse::existing));
    if (operands.empty()) return list_messages(context, session);
    const auto id = message_from_text(operands[0]);
    if (!id)
        return std::unexpected(
            usage_problem(fmt::format("`{}` is not what `icvm send` printed", operands[0]),
                          context.invocation.command));
    if (session.replica.message_status(*id) == nullptr)
        return std::unexpected(no_message(session, *id));
    return await_message(context, session, *id, format);
}

}  // namespace icvm::cli
