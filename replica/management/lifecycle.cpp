#include "replica/management/lifecycle.hpp"

#include <fmt/format.h>

#include "replica/execution/conditions.hpp"

namespace icvm::replica {

namespace {

/// The canister when `caller` controls it.
Result<const Canister*, Failure> find_controlled(const Subnet& subnet, const Principal& caller,
                                                 const Principal& id) {
    const Canister* canister = TRY(find_managed(subnet, id));
    TRY(require_controller(*canister, caller));
    return canister;
}

Result<Receipt, Failure> commit(Subnet& subnet, const Changes& changes) {
    TRY(subnet.commit(std::move(changes)));
    Receipt receipt;
    receipt.round = changes.subnet.round;
    return receipt;
}

std::vector<MemoryId> memories(const Canister& canister) {
    if (!canister.code) return {};
    return {canister.code->heap, canister.code->stable};
}

}  // namespace

Result<Receipt, Failure> stop_canister(Subnet& subnet, const Principal& caller,
                                       const Principal& id) {
    // Conditions.
    Canister next = *TRY(find_controlled(subnet, caller, id));

    // State after: running to stopping, and, as no call context is open, on to stopped.
    next.version += next.status == Status::running ? 2 : 1;
    next.status = Status::stopped;
    return commit(subnet, {.subnet = subnet.next_round(), .canister = std::move(next)});
}

Result<Receipt, Failure> start_canister(Subnet& subnet, const Principal& caller,
                                        const Principal& id) {
    // Conditions.
    Canister next = *TRY(find_controlled(subnet, caller, id));

    // State after.
    next.version++;
    next.status = Status::running;
    return commit(subnet, {.subnet = subnet.next_round(), .canister = std::move(next)});
}

Result<Receipt, Failure> uninstall_code(Subnet& subnet, const Principal& caller,
                                        const Principal& id) {
    // Conditions.
    Canister next = *TRY(find_controlled(subnet, caller, id));

    // State after.
    Changes changes{.subnet = subnet.next_round(), .erased = memories(next)};
    changes.module_erased = next.code.has_value();
    next.code.reset();
    next.certified_data.clear();
    next.global_timer = 0;
    next.module_path.clear();
    next.version++;
    changes.canister = std::move(next);
    auto receipt = commit(subnet, changes);
    if (receipt) subnet.drop_heap(id);
    return receipt;
}

Result<Receipt, Failure> delete_canister(Subnet& subnet, const Principal& caller,
                                         const Principal& id) {
    // Conditions.
    const Canister& canister = *TRY(find_controlled(subnet, caller, id));
    if (canister.status != Status::stopped)
        return std::unexpected(failure_of(
            reject(ErrorCode::canister_not_stopped,
                   fmt::format("Canister {} must be stopped before it is deleted.", id.text()))));

    // State after.
    auto receipt = commit(
        subnet, {.subnet = subnet.next_round(), .deleted = id, .erased = memories(canister)});
    if (receipt) subnet.drop_heap(id);
    return receipt;
}

}  // namespace icvm::replica
