#include "cli/lifecycle.hpp"

#include <fmt/format.h>

#include "cli/installation.hpp"
#include "cli/interruption.hpp"
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
    context.terminal.log(receipt->log);
    context.terminal.note(fmt::format("{} {}", verb.participle, target.who));
    return {};
}

}  // namespace

Done in_order(Context& context, size_t count, const std::function<std::string(size_t)>& name_of,
              const std::function<Done(size_t)>& step) {
    for (size_t i = 0; i < count; i++) {
        Done done;
        if (interrupted())
            done = std::unexpected(interrupted_problem("interrupted before " + name_of(i),
                                                       name_of(i) + " is unchanged"));
        else
            done = step(i);
        if (done) continue;
        if (count > 1)
            context.terminal.note(
                fmt::format("done: {} of {} canisters; stopped at {}", i, count, name_of(i)));
        for (std::string& note : done.error().diagnostic.notes)
            if (i > 0 && note == "state : unchanged") note += ", but for those done before";
        return done;
    }
    return {};
}

Done for_each_canister(Context& context, const LifecycleVerb& verb) {
    Session session = TRY(open_session(context, StateUse::existing));
    const auto targets = TRY(find_canisters(context, session));
    JsonArray json;
    const auto step = [&](size_t i) -> Done {
        if (auto done = perform(context, session, targets[i], verb); !done) return done;
        json.add_json(json_of(targets[i]));
        return {};
    };
    const auto name_of = [&](size_t i) { return targets[i].name; };
    auto done = in_order(context, targets.size(), name_of, step);
    context.json.add_json("canisters", json.text());
    return done;
}

bool no_canister_named(const Context& context) {
    return context.invocation.operands.empty() && !context.invocation.has("all");
}

}  // namespace icvm::cli
