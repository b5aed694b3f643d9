#include "replica/simulator/audit.hpp"

#include <fmt/format.h>

#include "replica/execution/conservation.hpp"

namespace icvm::replica::simulator {

namespace {

using Finding = std::optional<std::string>;

/// More cycles than there are in the simulator.
constexpr u128 cycles_max = u128(1) << 100;

/// Where the answer to a call is, or may still come from.
struct Carriers {
    u32 open = 0;  ///< requests and contexts that will be answered
    u32 responses = 0;
    bool operator==(const Carriers&) const = default;
};
using Call = std::pair<Principal, CallbackId>;

/// Counts for each call who carries its answer.
class Census {
public:
    explicit Census(const Subnet& subnet) {
        for (const auto& [id, canister] : subnet.canisters()) count(canister);
        for (const auto& call : subnet.management().waiting) open(call.origin);
        for (const auto& call : subnet.management().next_round) open(call.origin);
    }
    Carriers of(const Call& call) const {
        const auto found = carriers_.find(call);
        return found == carriers_.end() ? Carriers{} : found->second;
    }
    const std::map<Call, Carriers>& carriers() const { return carriers_; }

private:
    void open(const CallOrigin& origin) {
        const auto* caller = std::get_if<CanisterOrigin>(&origin);
        if (caller) carriers_[{caller->sender, caller->callback}].open++;
    }
    void count(const Canister& canister) {
        for (const auto& [id, context] : canister.calls.contexts())
            if (!context.responded) open(context.origin);
        for (const StopRequest& stop : canister.calls.stops) open(stop.origin);
        for (const auto& [sender, queue] : canister.calls.inputs())
            for (const Calls::Input& input : queue) {
                if (const auto* request = std::get_if<Request>(&input))
                    carriers_[{request->sender, request->callback}].open++;
                else
                    carriers_[{canister.id, std::get<Response>(input).callback}].responses++;
            }
    }

    std::map<Call, Carriers> carriers_;
};

/// A callback waits for one answer; when its deadline has come that is in the queue, and the one
/// that is late may be anywhere.
Finding check_callbacks(const Canister& canister, const Census& census) {
    std::map<ContextId, u64> waiting;
    std::map<Principal, u64> unanswered;
    for (const auto& [id, callback] : canister.calls.callbacks()) {
        waiting[callback.context]++;
        unanswered[callback.respondent]++;
        const Carriers carriers = census.of({canister.id, id});
        const u32 all = carriers.open + carriers.responses;
        const bool right = callback.expired
                               ? carriers.responses >= 1 && all <= 2 && callback.deadline_ns != 0
                               : all == 1;
        if (!right)
            return fmt::format("callback {} has {} open calls and {} responses", id, carriers.open,
                               carriers.responses);
    }
    for (const auto& [id, context] : canister.calls.contexts()) {
        if (context.callbacks == 0) return fmt::format("context {} waits for nothing", id);
        if (context.callbacks != waiting[id])
            return fmt::format("context {} has {} callbacks, not {}", id, waiting[id],
                               context.callbacks);
        waiting.erase(id);
    }
    if (!waiting.empty()) return "a callback without a context";
    for (const auto& [respondent, count] : unanswered)
        if (count > requests_max || count != canister.calls.unanswered(respondent))
            return fmt::format("{} unanswered calls to {}", count, respondent.text());
    return {};
}

Finding check_contexts(const Canister& canister) {
    for (const auto& [id, context] : canister.calls.contexts()) {
        if (context.responded && context.cycles_available != 0)
            return fmt::format("context {} has cycles and has answered", id);
        if (context.deleted && !context.responded)
            return fmt::format("context {} is deleted and not answered", id);
        if (!canister.code && !context.deleted)
            return fmt::format("context {} of a canister without code", id);
    }
    for (const auto& [sender, queue] : canister.calls.inputs()) {
        u64 requests = 0;
        for (const Calls::Input& input : queue) requests += std::holds_alternative<Request>(input);
        if (requests > requests_max) return fmt::format("{} requests in a queue", requests);
    }
    return {};
}

Finding check_status(const Canister& canister) {
    const bool waits = !canister.calls.contexts().empty();
    if (canister.status == Status::stopped && waits) return "stopped with open calls";
    if (canister.status == Status::stopping && !waits) return "stopping without open calls";
    if (canister.status != Status::stopping && !canister.calls.stops.empty())
        return "somebody waits for a stop";
    if (canister.cycles > cycles_max || canister.reserved_cycles > cycles_max)
        return "more cycles than there are";
    return {};
}

Finding check_due(const Subnet& subnet, const Canister& canister) {
    const Principal& id = canister.id;
    if (subnet.waiting().contains(id) != canister.calls.has_input()) return "waits, or not";
    if (subnet.with_heartbeat().contains(id) != (canister.code && canister.code->has_heartbeat))
        return "has a heartbeat, or not";
    const bool is_due =
        canister.code && canister.code->has_global_timer && canister.global_timer != 0;
    if (subnet.timers().contains({canister.global_timer, id}) != is_due) return "timer";
    const bool waits =
        std::ranges::any_of(canister.calls.callbacks(),
                            [](const auto& entry) {
                                return entry.second.deadline_ns != 0 && !entry.second.expired;
                            }) ||
        !canister.calls.stops.empty();
    if (subnet.with_deadlines().contains(id) != waits) return "has deadlines, or not";
    if (canister.calls.message_memory() != canister.calls.counted_memory()) return "message memory";
    return {};
}

Finding check_totals(const Subnet& subnet) {
    u64 guaranteed = 0, callbacks = 0;
    for (const auto& [id, canister] : subnet.canisters()) {
        guaranteed += canister.calls.message_memory().guaranteed;
        callbacks += canister.calls.callbacks().size();
    }
    if (guaranteed != subnet.guaranteed_message_bytes()) return "message memory of all canisters";
    if (callbacks != subnet.callbacks()) return "callbacks of all canisters";
    return {};
}

/// Late answers are to best-effort calls; the queue does not say so of a response.
Finding check_carriers(const Subnet& subnet, const Census& census) {
    for (const auto& [call, carriers] : census.carriers()) {
        if (carriers.open > 1) return fmt::format("call {} is there twice", call.second);
        const Canister* sender = subnet.find(call.first);
        if (sender && sender->calls.callbacks().contains(call.second)) continue;
        if (carriers.open + carriers.responses > 2)
            return fmt::format("call {} has too many answers", call.second);
    }
    return {};
}

/// Calls visit(key, what makes its bytes) for each record that there must be; those that are
/// written once have no bytes to compare.
template <class Visit>
void visit_records(const Subnet& subnet, Visit visit) {
    using Stored = std::optional<ByteVector>;
    const auto nothing = [] { return Stored(); };
    visit(std::string(subnet_key), [&] { return Stored(encode(subnet.record())); });
    if (!subnet.management().is_empty())
        visit(std::string(management_key), [&] { return Stored(encode(subnet.management())); });
    for (const auto& [id, status] : subnet.ingress_history())
        visit(ingress_key(id), [&] { return Stored(encode(status)); });
    for (const auto& [id, canister] : subnet.canisters()) {
        visit(canister_key(id), [&] { return Stored(encode(canister)); });
        for (const Part part : record_parts)
            visit(part_key(part, id), [&] { return Stored(encode_part(canister, part)); });
        if (canister.code) visit(module_key(id), nothing);
        for (const Sha256& chunk : canister.chunks) visit(chunk_key(id, chunk), nothing);
        for (const Snapshot& snapshot : canister.snapshots) {
            if (snapshot.module_bytes && snapshot.module == MemoryId::none)
                visit(snapshot_module_key(snapshot.id), nothing);
            for (const Sha256& chunk : snapshot.chunks)
                visit(snapshot_chunk_key(snapshot.id, chunk), nothing);
        }
    }
}

/// One record; an empty part has none.
Finding check_record(const std::string& key, const std::optional<ByteVector>& bytes,
                     Storage& storage) {
    const auto stored = storage.record(key);
    const bool is_there = stored && *stored;
    if (bytes && bytes->empty())
        return is_there ? Finding(fmt::format("the record {} is stored and empty", key))
                        : Finding();
    if (!is_there) return fmt::format("the record {} is not stored", key);
    if (bytes && *bytes != **stored) return fmt::format("the record {} is stored otherwise", key);
    return {};
}

Finding check_everything(const Subnet& subnet, Storage& storage) {
    Finding found;
    std::set<std::string> known;
    visit_records(subnet, [&](const std::string& key, const auto& bytes) {
        if (!found) found = check_record(key, bytes(), storage);
        known.insert(key);
    });
    if (found) return found;
    const auto keys = storage.keys("");
    if (!keys) return "the storage has no keys";
    for (const std::string& key : *keys)
        if (!known.contains(key)) return fmt::format("the record {} is nobody's", key);
    return {};
}

Finding check_changed(const Subnet& subnet, Disk& disk) {
    Finding found;
    auto changed = disk.take_changed_keys();
    visit_records(subnet, [&](const std::string& key, const auto& bytes) {
        if (found || changed.erase(key) == 0) return;
        found = check_record(key, bytes(), disk.storage());
    });
    if (found) return found;
    for (const std::string& key : changed) {
        const auto stored = disk.storage().record(key);
        if (!stored || *stored) return fmt::format("the record {} is nobody's", key);
    }
    return {};
}

}  // namespace

std::optional<std::string> audit(const Subnet& subnet, Disk& disk, bool is_thorough) {
    const u128 accounted = accounted_cycles(subnet), created = subnet.record().cycles_created;
    if (accounted != created)
        return accounted > created ? fmt::format("{} cycles too many", accounted - created)
                                   : fmt::format("{} cycles too few", created - accounted);
    const Census census(subnet);
    for (const auto& [id, canister] : subnet.canisters()) {
        Finding found = check_callbacks(canister, census);
        if (!found) found = check_contexts(canister);
        if (!found) found = check_status(canister);
        if (!found) found = check_due(subnet, canister);
        if (found) return fmt::format("canister {}: {}", id.text(), *found);
    }
    if (auto found = check_carriers(subnet, census)) return found;
    if (auto found = check_totals(subnet)) return found;
    return is_thorough ? check_everything(subnet, disk.storage()) : check_changed(subnet, disk);
}

std::optional<std::string> find_lost_memory(const Subnet& subnet, Storage& storage) {
    std::set<MemoryId> known;
    for (const auto& [id, canister] : subnet.canisters()) {
        if (canister.code) known.insert({canister.code->heap, canister.code->stable});
        for (const Snapshot& snapshot : canister.snapshots)
            known.insert({snapshot.module, snapshot.heap, snapshot.stable});
    }
    for (u64 id = 1; id < subnet.record().next_memory; id++)
        if (!known.contains(MemoryId(id)) && storage.next_page(MemoryId(id), 0) != ~u64(0))
            return fmt::format("memory {} is nobody's", id);
    return {};
}

}  // namespace icvm::replica::simulator
