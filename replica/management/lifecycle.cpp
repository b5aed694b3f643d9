#include "replica/management/lifecycle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "replica/crypto/request_id.hpp"
#include "replica/execution/answer.hpp"
#include "replica/execution/conditions.hpp"
#include "replica/execution/management_refusal.hpp"

namespace icvm::replica {

namespace {

std::unexpected<Failure> refused(ErrorCode error, std::string message) {
    return std::unexpected(failure_of(reject(error, std::move(message))));
}

/// A canister that `caller` controls.
Result<const Canister*, Failure> find_controlled(const Subnet& subnet, const Principal& caller,
                                                 const Principal& id) {
    const Canister* canister = TRY(find_managed(subnet, id));
    TRY(require_controller(*canister, caller));
    return canister;
}

Result<void, Failure> check_controlled(const Subnet& subnet, const Principal& caller,
                                       const Principal& id) {
    return require_controller(*TRY(find_managed(subnet, id)), caller);
}

/// As the history tells it: the hash of a map from names to values; nothing when there are none.
std::optional<Sha256> environment_hash(const Settings& settings) {
    if (settings.environment_variables.empty()) return std::nullopt;
    cbor::Map map;
    for (const auto& [name, value] : settings.environment_variables)
        map.push_back({name, {std::string_view(value)}});
    return representation_hash({std::move(map)});
}

void cancel_stops(Subnet& subnet, Canister& canister) {
    const std::vector<StopRequest> stops = std::exchange(canister.calls.stops, {});
    if (!stops.empty()) subnet.mark(canister, Part::calls);
    for (const StopRequest& stop : stops)
        answer(subnet, stop.origin, Principal(),
               plain_payload_of(reject(
                   ErrorCode::canister_stopping_cancelled,
                   fmt::format("Canister {}'s stop request was cancelled.", canister.id.text()))),
               stop.cycles);
}

/// Every call that is not answered yet gets this.
void reject_open_calls(Subnet& subnet, Canister& canister) {
    auto& contexts = canister.calls.contexts();
    for (auto it = contexts.begin(); it != contexts.end();) {
        CallContext& context = it->second;
        if (!context.responded) {
            const Payload payload = RejectPayload{RejectCode::canister_reject,
                                                  ErrorCode::canister_rejected_message,
                                                  "Canister has been uninstalled.",
                                                  {}};
            context.responded = true;
            canister.calls.release(context.origin);
            answer(subnet, context.origin, canister.id, payload,
                   std::exchange(context.cycles_available, 0));
        }
        context.deleted = true;
        it = context.callbacks == 0 ? contexts.erase(it) : std::next(it);
    }
    subnet.mark(canister, Part::calls);
}

}  // namespace

Result<Principal, Failure> create_canister(Subnet& subnet, NewCanisterRequest request) {
    // Conditions.
    if (!request.name.empty() && subnet.find(request.name))
        return refused(ErrorCode::canister_id_already_exists,
                       fmt::format("A canister named {} exists already", request.name));
    if (request.id && subnet.find(*request.id))
        return refuse(ManagementRefusal::id_exists, request.id->text());
    if (subnet.record().next_canister == std::numeric_limits<u64>::max())
        return refused(ErrorCode::max_number_of_canisters_reached,
                       "There are no canister ids left");

    // State after.
    Canister canister;
    canister.id = request.id ? *request.id : subnet.new_canister_id();
    canister.name = std::move(request.name);
    canister.settings = std::move(request.settings);
    canister.cycles = subnet.change_record().create_cycles(request.cycles);
    canister.created_round = subnet.record().round;
    canister.charged_until_ns = subnet.time_ns();
    canister.history.add({.time_ns = subnet.time_ns(),
                          .version = 0,
                          .origin = request.origin,
                          .details = CreationChange{canister.settings.controllers,
                                                    environment_hash(canister.settings)}});
    return subnet.add(std::move(canister)).id;
}

Result<bool, Failure> stop_canister(Subnet& subnet, const Principal& caller, const Principal& id,
                                    StopRequest stop) {
    // Conditions.
    TRY(check_controlled(subnet, caller, id));

    // State after: running to stopping, and, when no call is open, on to stopped.
    Canister& canister = subnet.change(id);
    canister.version++;
    if (canister.status == Status::stopped) return true;
    canister.status = Status::stopping;
    finish_stopping(subnet, canister);
    if (canister.status == Status::stopped) return true;
    canister.calls.stops.push_back(std::move(stop));
    subnet.mark(canister, Part::calls);
    subnet.refresh(canister);
    return false;
}

Result<void, Failure> start_canister(Subnet& subnet, const Principal& caller, const Principal& id) {
    // Conditions.
    TRY(check_controlled(subnet, caller, id));

    // State after.
    Canister& canister = subnet.change(id);
    canister.version++;
    canister.status = Status::running;
    cancel_stops(subnet, canister);
    subnet.refresh(canister);
    return {};
}

void drop_code(Subnet& subnet, Canister& canister) {
    Staging& storage = subnet.storage();
    if (canister.code) {
        storage.erase_memory(canister.code->heap);
        storage.erase_memory(canister.code->stable);
        storage.erase_record(module_key(canister.id));
    }
    for (const Sha256& chunk : canister.chunks) storage.erase_record(chunk_key(canister.id, chunk));
    canister.code.reset();
    canister.chunks.clear();
    canister.log.clear();
    canister.certified_data.clear();
    canister.global_timer = 0;
    canister.low_memory_hook = HookStatus::condition_not_satisfied;
    canister.module_path.clear();
    canister.version++;
    for (const Part part : {Part::canister, Part::certified, Part::log, Part::chunks})
        subnet.mark(canister, part);
    subnet.drop_heap(canister.id);
    reject_open_calls(subnet, canister);
    finish_stopping(subnet, canister);
    subnet.refresh(canister);
}

void uninstall(Subnet& subnet, Canister& canister, const ChangeOrigin& origin) {
    canister.history.add({.time_ns = subnet.time_ns(),
                          .version = canister.version + 1,
                          .origin = origin,
                          .details = UninstallChange{}});
    subnet.mark(canister, Part::history);
    drop_code(subnet, canister);
}

Result<void, Failure> uninstall_code(Subnet& subnet, const ChangeOrigin& origin,
                                     const Principal& id) {
    // Conditions.
    TRY(check_controlled(subnet, origin.principal, id));

    // State after.
    uninstall(subnet, subnet.change(id), origin);
    return {};
}

Result<void, Failure> delete_canister(Subnet& subnet, const Principal& caller,
                                      const Principal& id) {
    // Conditions.
    if (caller == id) return refuse(ManagementRefusal::deletes_itself, id.text());
    const Canister& canister = *TRY(find_controlled(subnet, caller, id));
    if (canister.status != Status::stopped)
        return refuse(ManagementRefusal::not_stopped, id.text());
    if (canister.calls.has_input()) return refuse(ManagementRefusal::has_messages, id.text());

    // State after.
    subnet.remove(id);
    return {};
}

}  // namespace icvm::replica
