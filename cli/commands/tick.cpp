#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/moment.hpp"
#include "cli/number.hpp"
#include "cli/session.hpp"

namespace icvm::cli {
namespace {

constexpr u64 rounds_max = 1'000'000;

/// What can be seen of a round from outside: each execution that succeeds raises its canister's
/// version, each that traps leaves a line in its log, each call that is answered changes its state.
struct View {
    std::map<replica::Principal, u64> versions;
    std::map<replica::Principal, u64> log_ends;  ///< index of the next record
    std::map<replica::MessageId, replica::IngressState> messages;
};

View view_of(const Session& session) {
    View view;
    for (const auto& id : session.replica.canisters()) {
        const replica::Canister& canister = *session.replica.canister(id);
        const auto& records = canister.log.records();
        view.versions[id] = canister.version;
        view.log_ends[id] = records.empty() ? 0 : records.back().index + 1;
    }
    for (const auto& [id, status] : session.replica.messages()) view.messages[id] = status.state;
    return view;
}

std::string executions_text(u64 count) {
    return count == 1 ? "1 execution" : fmt::format("{} executions", count);
}

bool has_trapped(const Session& session, const replica::Principal& id, u64 log_end) {
    const auto& records = session.replica.canister(id)->log.records();
    return std::ranges::any_of(records, [&](const replica::LogRecord& record) {
        return record.index >= log_end && record.content.starts_with("[TRAP]");
    });
}

/// "counter 2 executions, call 3 replied"; empty when nothing succeeded.
std::string what_ran(const Session& session, const View& before) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    for (const auto& [id, version] : view_of(session).versions) {
        const auto old = before.versions.find(id);
        if (old == before.versions.end()) continue;
        const std::string name = target_of(session, id).name;
        if (version != old->second) add(name + " " + executions_text(version - old->second));
        if (has_trapped(session, id, before.log_ends.at(id)))
            add(fmt::format("{0} trapped (icvm logs {0})", name));
    }
    for (const auto& [id, status] : session.replica.messages()) {
        const auto old = before.messages.find(id);
        if (old == before.messages.end() || old->second == status.state) continue;
        if (status.state == replica::IngressState::replied)
            add(fmt::format("call {} replied", message_text(id)));
        if (status.state == replica::IngressState::rejected)
            add(fmt::format("call {} rejected", message_text(id)));
    }
    return text;
}

Result<u64, Problem> rounds_of(const Invocation& invocation) {
    if (invocation.operands.empty()) return 1;
    const auto given = number_from_text(invocation.operands[0]);
    if (invocation.operands.size() > 1 || !given || *given == 0 || *given > rounds_max)
        return std::unexpected(usage_problem(
            fmt::format("tick takes a number of rounds, 1 to {}", grouped(rounds_max)),
            invocation.command));
    return u64(*given);
}

std::string rounds_text(u64 count) {
    return count == 1 ? "1 round" : fmt::format("{} rounds", grouped(count));
}

std::string state_text(u64 done) {
    return done == 0 ? "unchanged" : fmt::format("{} are done and kept", rounds_text(done));
}

/// A round, and a line of what it did unless that is nothing.
Result<replica::Receipt, Problem> perform_round(Context& context, Session& session, u64 done) {
    const View before = view_of(session);
    context.progress.start("round");
    auto receipt = session.replica.tick();
    context.progress.clear();
    if (!receipt)
        return std::unexpected(
            problem_of(receipt.error(), {"the round", "the round", "running", state_text(done)}));
    context.terminal.log(receipt->log);
    const std::string ran = what_ran(session, before);
    if (!ran.empty() || receipt->instructions > 0)
        context.terminal.result(fmt::format("#{}  {}  {} instr", receipt->round,
                                            ran.empty() ? "nothing succeeded" : ran,
                                            grouped(receipt->instructions)));
    return std::move(*receipt);
}

}  // namespace

Done command_tick(Context& context) {
    const u64 rounds = TRY(rounds_of(context.invocation));
    Session session = TRY(open_session(context, StateUse::existing));
    u64 instructions = 0;
    JsonArray json;
    for (u64 i = 0; i < rounds; i++) {
        if (interrupted())
            return std::unexpected(interrupted_problem("interrupted", state_text(i)));
        const replica::Receipt receipt = TRY(perform_round(context, session, i));
        instructions += receipt.instructions;
        if (receipt.instructions == 0) continue;
        JsonObject round;
        round.add("round", receipt.round);
        round.add("instructions", receipt.instructions);
        json.add_json(round.text());
    }
    context.terminal.note(fmt::format("{}, {} instr; it is {}", rounds_text(rounds),
                                      grouped(instructions),
                                      moment_text(session.replica.time_ns())));
    context.json.add("rounds", rounds);
    context.json.add("instructions", instructions);
    context.json.add("time", moment_text(session.replica.time_ns()));
    context.json.add_json("ran", json.text());
    return {};
}

}  // namespace icvm::cli
