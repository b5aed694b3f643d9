#include "replica/simulator/observer.hpp"

#include <algorithm>

#include "replica/simulator/program.hpp"

namespace icvm::replica::simulator {

void Observer::listen(const std::vector<LogLine>& log) {
    for (const LogLine& line : log)
        if (line.text.starts_with(note_mark))
            coverage_.count(std::string_view(line.text).substr(note_mark.size()));
}

void Observer::look(const Subnet& subnet) {
    for (auto it = seen_.begin(); it != seen_.end();) {
        if (subnet.find(it->first)) {
            ++it;
            continue;
        }
        coverage_.count("deletion");
        it = seen_.erase(it);
    }
    for (const auto& [id, canister] : subnet.canisters()) look(canister, seen_[id]);
}

void Observer::look(const Canister& canister, Seen& seen) {
    // An id that was seen open and is there still.
    const auto& contexts = canister.calls.contexts();
    const bool had_open_calls =
        std::ranges::any_of(seen.open, [&](ContextId id) { return contexts.contains(id); });
    const u64 changes =
        std::min<u64>(canister.history.total - seen.changes, canister.history.recent().size());
    seen.changes = canister.history.total;
    for (auto it = canister.history.recent().end() - i64(changes);
         it != canister.history.recent().end(); ++it)
        look(*it, had_open_calls);
    if (canister.status == Status::stopping && seen.status == Status::running)
        coverage_.count("stop with open calls");
    seen.status = canister.status;
    if (canister.reserved_cycles > 0) coverage_.count("reserved cycles");
    look_at_calls(canister, seen);
}

void Observer::look(const CanisterChange& change, bool had_open_calls) {
    if (std::holds_alternative<UninstallChange>(change.details)) {
        coverage_.count("uninstallation");
        if (had_open_calls) coverage_.count("uninstallation with open calls");
    } else if (const auto* load = std::get_if<LoadSnapshotChange>(&change.details)) {
        coverage_.count(load->from_upload ? "uploaded snapshot loaded" : "snapshot loaded");
    } else if (const auto* deployment = std::get_if<DeploymentChange>(&change.details)) {
        constexpr std::string_view names[] = {"installation", "reinstallation", "upgrade"};
        coverage_.count(names[size_t(deployment->mode)]);
        if (deployment->mode == InstallMode::upgrade && had_open_calls)
            coverage_.count("upgrade with open calls");
    }
}

void Observer::look_at_calls(const Canister& canister, Seen& seen) {
    seen.open.clear();
    for (const auto& [id, context] : canister.calls.contexts())
        if (!context.deleted) seen.open.insert(id);
    std::set<CallbackId> expired;
    for (const auto& [id, callback] : canister.calls.callbacks())
        if (callback.expired) expired.insert(id);
    for (const CallbackId id : expired)
        if (!seen.expired.contains(id)) coverage_.count("deadline expired");
    seen.expired = std::move(expired);
    if (canister.calls.has_input()) coverage_.count("call in a queue at the end of a round");
    if (canister.calls.callbacks().size() >= requests_max &&
        canister.calls.unanswered(canister.calls.callbacks().begin()->second.respondent) ==
            requests_max)
        coverage_.count("500 calls open to one canister");
}

}  // namespace icvm::replica::simulator
