#include "cli/planned_call.hpp"

#include <fmt/format.h>

#include "cli/input.hpp"

namespace icvm::cli {

namespace candid = replica::candid;

namespace {

/// The interface of --candid, else that of the callee.
Result<Service, Problem> interface_of(const Context& context, const PlannedCall& plan) {
    const auto path = context.invocation.value("candid");
    if (!path && is_management(plan.call.target)) return replica::management_interface();
    if (!path) return plan.module ? service_of(*plan.module) : nullptr;
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

Result<Target, Problem> find_callee(Context& context, const Session& session,
                                    const std::string& word) {
    if (word == management_target().name) return management_target();
    return find_canister(context, session, word);
}

Result<std::optional<replica::ModuleInfo>, Problem> module_of(const Session& session,
                                                              const CanisterCall& call) {
    if (is_management(call.target)) return std::nullopt;
    auto info = session.replica.module_info(call.target.id);
    if (info) return std::move(*info);
    return std::unexpected(
        problem_of(info.error(), {call.target.name, call.target.who, call.method, "unchanged"}));
}

}  // namespace

bool PlannedCall::is_exported_as_query() const {
    if (module) return is_query(*module, call.method);
    const auto method = service ? candid::find_method(*service, call.method) : std::nullopt;
    return is_management(call.target) && method && method->kind == candid::MethodKind::query;
}

Done check_call_operands(const Invocation& invocation) {
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
    return {};
}

Result<PlannedCall, Problem> plan_call(Context& context, const Session& session) {
    const auto& operands = context.invocation.operands;
    PlannedCall plan{{TRY(find_callee(context, session, operands[0])), operands[1], {}}, {}, {}};
    const ArgumentText arguments =
        TRY(read_arguments(context, operands.size() == 3 ? &operands[2] : nullptr));
    plan.module = TRY(module_of(session, plan.call));
    plan.service = TRY(interface_of(context, plan));
    plan.call.argument = TRY(argument_for(arguments, plan.service, plan.call.method));
    context.json.add_json("canister", json_of(plan.call.target));
    context.json.add("method", plan.call.method);
    return plan;
}

}  // namespace icvm::cli
