#include "cli/calling.hpp"

#include <fmt/format.h>

#include "cli/number.hpp"

namespace icvm::cli {

namespace candid = replica::candid;

Result<ReplyFormat, Problem> read_reply_format(const Invocation& invocation) {
    const std::string given = invocation.value("output").value_or("auto");
    if (given == "auto") return ReplyFormat::automatic;
    if (given == "candid" || given == "text" || given == "idl" || given == "pp")
        return ReplyFormat::candid;
    if (given == "hex") return ReplyFormat::hex;
    if (given == "raw") return ReplyFormat::raw;
    return std::unexpected(
        usage_problem(fmt::format("--output is one of auto, candid, hex, raw, not `{}`", given),
                      invocation.command));
}

bool is_query(const replica::ModuleInfo& info, const std::string& method) {
    for (const auto& [name, kind] : info.methods)
        if (name == method) return kind != replica::ExportKind::update;
    return false;
}

Target management_target() {
    return {replica::Principal(), "aaaaa-aa", "the management canister (aaaaa-aa)"};
}

bool is_management(const Target& target) { return target.id == replica::Principal(); }

std::string kept_text(const std::string& method) {
    return fmt::format("changed: what {} did is kept, as it did not trap", method);
}

namespace {

/// Rejected by the canister itself, or not answered.
bool is_without_trap(const replica::Failure& failure) {
    return failure.reject.error == replica::ErrorCode::canister_rejected_message ||
           failure.reject.error == replica::ErrorCode::canister_did_not_reply;
}

std::string state_after_failure(const CanisterCall& call, const replica::Failure& failure) {
    if (failure.is_committed && is_without_trap(failure)) return kept_text(call.method);
    if (failure.is_committed)
        return fmt::format("changed: what {} did until its last await is kept", call.method);
    const bool ran = !call.is_query && failure.instructions > 0;
    return ran ? "unchanged: the message was rolled back" : "unchanged";
}

/// "did you mean": the method that the person may have meant.
void add_nearest_method(Deed& deed, const CanisterCall& call, const replica::ModuleInfo& info) {
    std::vector<std::string_view> names;
    for (const auto& [name, kind] : info.methods) names.push_back(name);
    if (const auto near = nearest(call.method, names); near && *near != call.method)
        deed.next.push_back(fmt::format("icvm call {} {}", call.target.name, *near));
    else
        deed.next.push_back(fmt::format("icvm inspect {}", call.target.name));
}

}  // namespace

Deed deed_of(const CanisterCall& call, const replica::Failure& failure,
             const replica::ModuleInfo* info) {
    Deed deed{call.target.name, call.target.who, call.method, state_after_failure(call, failure)};
    const bool is_missing = failure.reject.error == replica::ErrorCode::canister_method_not_found;
    if (info != nullptr && is_missing) add_nearest_method(deed, call, *info);
    if (is_management(call.target)) {
        deed.did = "refused " + call.method;
        deed.next.push_back("icvm explain " + replica::to_string(failure.reject.error));
    }
    return deed;
}

Result<replica::Reply, Problem> perform(Context& context, Session& session,
                                        const CanisterCall& call, const replica::ModuleInfo* info) {
    context.progress.start(call.target.name + " " + call.method);
    const replica::Call request{call.target.id, call.method, call.argument};
    auto reply = call.is_query ? session.replica.query(request) : session.replica.update(request);
    context.progress.clear();
    if (!reply)
        return std::unexpected(problem_of(reply.error(), deed_of(call, reply.error(), info)));
    context.terminal.log(reply->receipt.log);
    context.terminal.detail(fmt::format(
        "{} {}: {} instr, {}", call.target.name, call.method, grouped(reply->receipt.instructions),
        call.is_query ? "query" : fmt::format("#{}", reply->receipt.round)));
    return std::move(*reply);
}

namespace {

/// The service when it describes the method; else a reply has only types of its own.
const candid::ServiceDescription* describing(const Service& service, const std::string& method) {
    const bool known = service && candid::find_method(*service, method);
    return known ? service.get() : nullptr;
}

/// Of a reply that does not fit the type of its method, at types of its own.
Result<std::string, candid::ValueError> own_text(Context& context, Bytes reply,
                                                 const std::string& method,
                                                 const candid::ValueError& error) {
    auto text = candid::decode_reply(reply, nullptr, nullptr);
    if (text)
        context.terminal.note(
            fmt::format("the reply of {} does not fit its Candid type: {}; shown "
                        "with types of its own",
                        method, error.message));
    return text;
}

}  // namespace

Done print_reply(Context& context, Bytes reply, const Service& service, const std::string& method,
                 ReplyFormat format) {
    if (context.terminal.is_json()) return {};
    if (format == ReplyFormat::raw) {
        context.terminal.result_bytes(reply);
        return {};
    }
    if (format != ReplyFormat::hex) {
        const auto* description = describing(service, method);
        auto text = candid::decode_reply(reply, description, &method);
        if (!text && description) text = own_text(context, reply, method, text.error());
        if (text) {
            context.terminal.result(*text);
            return {};
        }
        const std::string why =
            fmt::format("the reply of {} is no Candid: {}", method, text.error().message);
        if (format == ReplyFormat::candid)
            return std::unexpected(file_problem(why, "icvm call … -o hex"));
        context.terminal.note(why + "; shown in hex");
    }
    context.terminal.result(hex(reply));
    return {};
}

std::string reply_json(Bytes reply, const Service& service, const std::string& method) {
    JsonObject json;
    const auto* description = describing(service, method);
    if (!candid::decode_reply(reply, description, &method)) description = nullptr;
    if (const auto text = candid::decode_reply(reply, description, &method))
        json.add("candid", *text);
    if (const auto value = candid::decode_reply_json(reply, description, &method))
        json.add_json("json", *value);
    json.add("hex", hex(reply));
    return json.text();
}

}  // namespace icvm::cli
