#include "cli/open_calls.hpp"

#include <fmt/format.h>

namespace icvm::cli {
namespace {

/// Rounds at most, and rounds in which nothing waited in any queue: then only time brings answers.
constexpr u64 rounds_max = 50, idle_rounds_max = 3;

size_t open_calls(const Session& session, const Target& target) {
    const replica::Canister* canister = session.replica.canister(target.id);
    return canister ? canister->calls.callbacks().size() : 0;
}

}  // namespace

Result<bool, Problem> let_calls_end(Context& context, Session& session, const Target& target) {
    const size_t open = open_calls(session, target);
    if (open == 0) return true;
    u64 rounds = 0, idle_rounds = 0;
    while (open_calls(session, target) != 0 && rounds < rounds_max &&
           idle_rounds < idle_rounds_max) {
        idle_rounds = session.replica.is_idle() ? idle_rounds + 1 : 0;
        auto receipt = session.replica.tick();
        if (!receipt)
            return std::unexpected(
                problem_of(receipt.error(), {target.name, target.who, "a round", "unchanged"}));
        context.terminal.log(receipt->log);
        rounds++;
    }
    if (open_calls(session, target) != 0) return false;
    context.terminal.note(fmt::format("{}: {} that {} open ended first ({} round{})", target.name,
                                      open == 1 ? "the call" : fmt::format("the {} calls", open),
                                      open == 1 ? "was" : "were", rounds, rounds == 1 ? "" : "s"));
    return true;
}

}  // namespace icvm::cli
