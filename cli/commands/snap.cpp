#include <fmt/format.h>

#include <algorithm>

#include "cli/command.hpp"
#include "cli/installation.hpp"
#include "cli/management.hpp"
#include "cli/moment.hpp"
#include "cli/number.hpp"

namespace icvm::cli {
namespace {

using replica::Snapshot;

/// An id begins with a number of the canister's own, which is enough to name it.
u64 number_of(const Snapshot& snapshot) {
    u64 number = 0;
    for (size_t i = 0; i < std::min(snapshot.id.size(), sizeof number); i++)
        number = number << 8 | snapshot.id[i];
    return number;
}

std::string json_of(const Snapshot& snapshot) {
    JsonObject json;
    json.add("id", hex(snapshot.id));
    json.add("number", number_of(snapshot));
    json.add("taken_at", moment_text(snapshot.taken_at_ns));
    json.add("bytes", snapshot.bytes());
    json.add("canister_version", snapshot.canister_version);
    json.add("module_hash", hex(snapshot.module_hash));
    json.add("uploaded", snapshot.source == replica::SnapshotSource::metadata_upload);
    return json.text();
}

std::string line_of(const Snapshot& snapshot) {
    return fmt::format("{:<3} {}  {}  version {}  {}  {} bytes", number_of(snapshot),
                       hex(snapshot.id), moment_text(snapshot.taken_at_ns),
                       snapshot.canister_version, short_hash(snapshot.module_hash),
                       grouped(snapshot.bytes()));
}

const std::vector<Snapshot>& snapshots_of(const Session& session, const Target& target) {
    return session.replica.canister(target.id)->snapshots;
}

/// By its number, or by its whole id; exit 13 when there is none.
Result<Snapshot, Problem> find_snapshot(const Session& session, const Target& target,
                                        const std::string& word) {
    const auto number = number_from_text(word);
    for (const Snapshot& snapshot : snapshots_of(session, target))
        if (hex(snapshot.id) == word || (number && *number == number_of(snapshot))) return snapshot;
    const auto code = replica::RejectCode::destination_invalid;
    Problem problem{{exit_code::reject_base + int(code),
                     replica::to_string(replica::ErrorCode::canister_snapshot_not_found),
                     fmt::format("{} has no snapshot {}", target.who, word),
                     {}}};
    problem.reason = problem.diagnostic.message;
    problem.reject_code = u8(code);
    add_note(problem, "next", "icvm snap ls " + target.name);
    return std::unexpected(std::move(problem));
}

Done take(Context& context, Session& session, const Target& target) {
    TRY(perform(context, session, target,
                {"take_canister_snapshot",
                 fmt::format("(record {{ canister_id = {} }})", candid_principal(target.id)),
                 "has no new snapshot"}));
    const Snapshot& snapshot = snapshots_of(session, target).back();
    context.terminal.note(fmt::format("took snapshot {} of {}: icvm snap load {} {}",
                                      number_of(snapshot), target.who, target.name,
                                      number_of(snapshot)));
    context.terminal.result(hex(snapshot.id));
    context.json.add_json("snapshot", json_of(snapshot));
    return {};
}

Done list(Context& context, const Session& session, const Target& target) {
    JsonArray json;
    for (const Snapshot& snapshot : snapshots_of(session, target)) {
        context.terminal.result(line_of(snapshot));
        json.add_json(json_of(snapshot));
    }
    if (snapshots_of(session, target).empty())
        context.terminal.note(fmt::format("no snapshots of {}", target.who));
    context.json.add_json("snapshots", json.text());
    return {};
}

std::string about(const Target& target, const Snapshot& snapshot) {
    return fmt::format("(record {{ canister_id = {}; snapshot_id = {} }})",
                       candid_principal(target.id), candid_blob(snapshot.id));
}

Done load(Context& context, Session& session, const Target& target, const Snapshot& snapshot) {
    TRY(confirm(context, fmt::format("replace the code and the data of {}?", target.who)));
    TRY(perform(context, session, target,
                {"load_canister_snapshot", about(target, snapshot), "did not load the snapshot"}));
    context.terminal.note(
        fmt::format("loaded snapshot {} into {}", number_of(snapshot), target.who));
    return {};
}

Done remove(Context& context, Session& session, const Target& target, const Snapshot& snapshot) {
    TRY(confirm(context,
                fmt::format("delete snapshot {} of {}?", number_of(snapshot), target.who)));
    TRY(perform(context, session, target,
                {"delete_canister_snapshot", about(target, snapshot), "keeps the snapshot"}));
    context.terminal.note(
        fmt::format("deleted snapshot {} of {}", number_of(snapshot), target.who));
    return {};
}

enum class Verb : u8 { take, list, load, remove };

/// Also in the words of dfx and icp.
constexpr std::pair<std::string_view, Verb> verbs[] = {
    {"take", Verb::take},    {"ls", Verb::list},      {"load", Verb::load},
    {"rm", Verb::remove},    {"create", Verb::take},  {"list", Verb::list},
    {"restore", Verb::load}, {"delete", Verb::remove}};

Result<Verb, Problem> verb_of(const Invocation& invocation) {
    const auto& operands = invocation.operands;
    const auto* row =
        operands.empty()
            ? std::end(verbs)
            : std::ranges::find(verbs, operands[0], &std::pair<std::string_view, Verb>::first);
    if (row == std::end(verbs))
        return std::unexpected(usage_problem(
            fmt::format("snap takes one of take, ls, load, rm{}",
                        operands.empty() ? "" : fmt::format(", not `{}`", operands[0])),
            invocation.command));
    const bool needs_id = row->second == Verb::load || row->second == Verb::remove;
    if (operands.size() < 2)
        return std::unexpected(usage_problem("which canister?", invocation.command));
    if (needs_id && operands.size() == 2) {
        Problem problem = usage_problem("which snapshot?", invocation.command);
        add_note(problem, "next", "icvm snap ls " + operands[1]);
        return std::unexpected(std::move(problem));
    }
    if (operands.size() > (needs_id ? 3u : 2u))
        return std::unexpected(usage_problem(
            fmt::format("one argument too many: `{}`", operands.back()), invocation.command));
    return row->second;
}

}  // namespace

Done command_snap(Context& context) {
    const auto& operands = context.invocation.operands;
    const Verb verb = TRY(verb_of(context.invocation));
    Session session = TRY(open_session(context, StateUse::existing));
    const Target target = TRY(find_canister(context, session, operands[1]));
    context.json.add_json("canister", json_of(target));
    if (verb == Verb::take) return take(context, session, target);
    if (verb == Verb::list) return list(context, session, target);
    const Snapshot snapshot = TRY(find_snapshot(session, target, operands[2]));
    context.json.add_json("snapshot", json_of(snapshot));
    return verb == Verb::load ? load(context, session, target, snapshot)
                              : remove(context, session, target, snapshot);
}

}  // namespace icvm::cli
