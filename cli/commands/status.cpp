#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/number.hpp"
#include "cli/session.hpp"
#include "cli/status_text.hpp"

namespace icvm::cli {
namespace {

std::string controllers_text(const replica::CanisterStatus& status) {
    std::string text;
    for (const auto& controller : status.controllers)
        text += (text.empty() ? "" : " ") + controller.text();
    return text;
}

void print(Context& context, const Target& target, const replica::CanisterStatus& status,
           std::string_view metering) {
    Terminal& terminal = context.terminal;
    terminal.result(target.who);
    terminal.result(fmt::format("  status       {}", word_of(status.status)));
    if (status.module_hash) {
        terminal.result(fmt::format("  module hash  {}", hex(*status.module_hash)));
        terminal.result(fmt::format("  module       {} bytes{}{}", grouped(status.module_bytes),
                                    status.module_path.empty() ? "" : " from ",
                                    status.module_path));
    } else {
        terminal.result("  module       none: the canister is empty");
    }
    terminal.result(fmt::format("  heap         {} bytes{}", grouped(status.heap_bytes),
                                status.enhanced_persistence ? ", kept by upgrades" : ""));
    terminal.result(fmt::format("  stable       {} bytes", grouped(status.stable_bytes)));
    terminal.result(fmt::format("  version      {}", status.version));
    terminal.result(fmt::format("  cycles       {}", grouped(status.cycles)));
    terminal.result(fmt::format("  metering     {}", metering));
    terminal.result(fmt::format("  controllers  {}", controllers_text(status)));
}

}  // namespace

Done command_status(Context& context) {
    const Session session = TRY(open_session(context, StateUse::existing));
    const bool all = context.invocation.operands.empty();
    if (all) context.invocation.options.emplace_back("all", "");
    const auto targets = TRY(find_canisters(context, session));
    if (targets.empty()) context.terminal.note("no canisters");
    JsonArray json;
    for (const Target& target : targets) {
        const auto status = TRY(status_of(session, target));
        print(context, target, status, session.replica.metering().name);
        json.add_json(json_of(target, status));
    }
    context.json.add("metering", session.replica.metering().name);
    context.json.add_json("canisters", json.text());
    return {};
}

}  // namespace icvm::cli
