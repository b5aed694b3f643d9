#include "cli/lifecycle.hpp"

#include <fmt/format.h>

#include "cli/installation.hpp"
#include "cli/session.hpp"

namespace icvm::cli {
namespace {

Done perform(Context& context, Session& session, const Target& target, const LifecycleVerb& verb) {
    if (!verb.danger.empty())
        if (auto done =
                confirm(context, fmt::format("{} {} with all its data?", verb.danger, target.who));
            !done)
            return done;
    auto receipt = (session.replica.*verb.transition)(target.id);
    if (!receipt)
        return std::unexpected(problem_of(
            receipt.error(), {target.name, target.who, std::string(verb.method), "unchanged"}));
    context.terminal.log(target.name, receipt->log);
    context.terminal.note(fmt::format("{} {}", verb.participle, target.who));
    return {};
}

}  // namespace

Done for_each_canister(Context& context, const LifecycleVerb& verb) {
    Session session = TRY(open_session(context, StateUse::existing));
    const auto targets = TRY(find_canisters(context, session));
    JsonArray json;
    for (const Target& target : targets) {
        if (auto done = perform(context, session, target, verb); !done) return done;
        json.add_json(json_of(target));
    }
    context.json.add_json("canisters", json.text());
    return {};
}

bool no_canister_named(const Context& context) {
    return context.invocation.operands.empty() && !context.invocation.has("all");
}

}  // namespace icvm::cli
