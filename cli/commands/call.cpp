#include <fmt/format.h>

#include "cli/calling.hpp"
#include "cli/command.hpp"
#include "cli/input.hpp"

namespace icvm::cli {
namespace {

namespace candid = replica::candid;

/// The interface of --candid, else that of the module.
Result<Service, Problem> interface_of(const Context& context, const replica::ModuleInfo* info) {
    const auto path = context.invocation.value("candid");
    if (!path) return info == nullptr ? nullptr : service_of(*info);
    const ByteVector text = TRY(read_file(*path));
    auto service = candid::parse_description(text_of(text));
    if (!service)
        return std::unexpected(
            file_problem(fmt::format("{}:{}:{}: {}", *path, service.error().line,
                                     service.error().column, service.error().message)));
    return *service;
}

/// The method as the interface has it: directs its arguments. nullptr: by their text alone.
const candid::ServiceDescription* directed_by(const Service& service, const std::string& method) {
    if (service == nullptr || !candid::find_method(*service, method)) return nullptr;
    return service.get();
}

Result<ByteVector, Problem> argument_for(const ArgumentText& arguments, const Service& service,
                                         const std::string& method) {
    const bool known = directed_by(service, method) != nullptr;
    return encode(arguments, known ? service : nullptr, &method);
}

Result<const std::string*, Problem> argument_operand(const Invocation& invocation) {
    const auto& operands = invocation.operands;
    if (operands.size() < 2)
        return std::unexpected(
            usage_problem(operands.empty() ? "which canister, and which method?" : "which method?",
                          invocation.command));
    if (operands.size() > 3)
        return std::unexpected(usage_problem(
            fmt::format("one argument too many: `{}`; put all values into one pair of parentheses",
                        operands[3]),
            invocation.command));
    if (invocation.has("query") && invocation.has("update"))
        return std::unexpected(usage_problem("either --query or --update", invocation.command));
    return operands.size() == 3 ? &operands[2] : nullptr;
}

}  // namespace

Done command_call(Context& context) {
    const Invocation& invocation = context.invocation;
    const std::string* operand = TRY(argument_operand(invocation));
    const ReplyFormat format = TRY(read_reply_format(invocation));
    Session session = TRY(open_session(context, StateUse::existing));
    Target target = TRY(find_canister(context, session, invocation.operands[0]));
    const std::string& method = invocation.operands[1];
    const ArgumentText arguments = TRY(read_arguments(context, operand));
    auto info = session.replica.module_info(target.id);
    if (!info)
        return std::unexpected(
            problem_of(info.error(), {target.name, target.who, method, "unchanged"}));
    const replica::ModuleInfo* module = *info ? &**info : nullptr;
    const Service service = TRY(interface_of(context, module));

    CanisterCall call{std::move(target), method, TRY(argument_for(arguments, service, method)),
                      false};
    call.is_query = invocation.has("query") ||
                    (!invocation.has("update") && module != nullptr && is_query(*module, method));
    context.json.add_json("canister", json_of(call.target));
    context.json.add("method", method);
    context.json.add("query", call.is_query);
    const replica::Reply reply = TRY(perform(context, session, call, module));
    if (!call.is_query) context.json.add("message", reply.receipt.round);
    context.json.add("instructions", reply.receipt.instructions);
    context.json.add_json("reply", reply_json(reply.bytes, service, method));
    auto done = print_reply(context, reply.bytes, service, method, format);
    if (!done && !call.is_query) add_state(done.error(), kept_text(method));
    return done;
}

}  // namespace icvm::cli
