#include "replica/simulator/coverage.hpp"

namespace icvm::replica::simulator {

namespace {

/// A simulator in which one of these does not happen proves less than it says.
constexpr std::string_view things[] = {
    // What programs tell.
    "call",
    "self-call",
    "best-effort call",
    "replicated query",
    "query within a query",
    "reply callback",
    "reject callback",
    "cleanup callback",
    "call refused",
    "timer",
    "heartbeat",
    "low memory hook",
    "pre-upgrade hook",
    // Methods that have replied, to users or to canisters.
    "create_canister",
    "provisional_create_canister_with_cycles",
    "provisional_top_up_canister",
    "deposit_cycles",
    "update_settings",
    "install_code",
    "install_chunked_code",
    "uninstall_code",
    "start_canister",
    "stop_canister",
    "delete_canister",
    "upload_chunk",
    "clear_chunk_store",
    "stored_chunks",
    "take_canister_snapshot",
    "load_canister_snapshot",
    "list_canister_snapshots",
    "delete_canister_snapshot",
    "read_canister_snapshot_metadata",
    "read_canister_snapshot_data",
    "upload_canister_snapshot_metadata",
    "upload_canister_snapshot_data",
    "canister_status",
    "canister_metrics",
    "canister_info",
    "raw_rand",
    "sign_with_ecdsa",
    "sign_with_schnorr",
    // What is seen of the state.
    "installation",
    "reinstallation",
    "upgrade",
    "upgrade with open calls",
    "uninstallation",
    "uninstallation with open calls",
    "deletion",
    "snapshot loaded",
    "uploaded snapshot loaded",
    "stop with open calls",
    "deadline expired",
    "500 calls open to one canister",
    "call in a queue at the end of a round",
    "reserved cycles",
    // Errors: a message or a stop timed out, no cycles, no canister, no snapshot, a reject, traps,
    // no answer, stopped, stopping, not stopped, a stop cancelled, a stranger, no method, no
    // module, the memory limit.
    "IC0202",
    "IC0206",
    "IC0207",
    "IC0301",
    "IC0305",
    "IC0406",
    "IC0502",
    "IC0503",
    "IC0504",
    "IC0506",
    "IC0508",
    "IC0509",
    "IC0510",
    "IC0511",
    "IC0512",
    "IC0536",
    "IC0537",
    "IC0539",
    // What must not matter.
    "query answered",
    "composite query answered",
    "query failed",
    "refusals",
    "opened again",
    "round interrupted",
    "round not stored",
    "power failure",
    "power failure within a round",
};

}  // namespace

void Coverage::count(std::string_view thing, u64 times) {
    const auto found = counts_.find(thing);
    if (found != counts_.end())
        found->second += times;
    else
        counts_.emplace(thing, times);
}

void Coverage::add(const Coverage& other) {
    for (const auto& [thing, times] : other.counts_) count(thing, times);
}

u64 Coverage::of(std::string_view thing) const {
    const auto found = counts_.find(thing);
    return found == counts_.end() ? 0 : found->second;
}

std::vector<std::string_view> Coverage::missing() const {
    std::vector<std::string_view> missing;
    for (const std::string_view thing : things)
        if (of(thing) == 0) missing.push_back(thing);
    return missing;
}

}  // namespace icvm::replica::simulator
