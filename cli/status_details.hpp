#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace icvm::cli {

/// A canister's memory by kind, in bytes; kinds of which there is nothing are left out.
std::vector<std::pair<std::string_view, u64>> memory_by_kind(const replica::Canister& canister);

/// "off", or when the global timer is due.
std::string timer_text(const replica::Canister& canister, u64 now_ns);
/// Of the low-memory hook: "not due", "due in the next round", "executed".
std::string_view hook_text(replica::HookStatus status);

/// A line for each call that is open: those to be answered, those whose answer is awaited, and
/// what waits in the queues.
std::vector<std::string> call_lines(const Session& session, const replica::Canister& canister);
/// The last changes of the canister's history, one a line.
std::vector<std::string> history_lines(const replica::Canister& canister);

/// Adds what `canister` says beside its status to an element of "canisters" of --json.
void add_details(JsonObject& json, const Session& session, const replica::Canister& canister);

}  // namespace icvm::cli
