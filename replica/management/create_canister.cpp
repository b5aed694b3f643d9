#include "replica/management/create_canister.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace icvm::replica {

Result<Principal, Failure> create_canister(Subnet& subnet, const Principal& caller,
                                           const std::string& name) {
    // Conditions.
    const bool is_taken = std::ranges::any_of(
        subnet.canisters(), [&](const auto& entry) { return entry.second.name == name; });
    if (!name.empty() && is_taken)
        return std::unexpected(
            failure_of(reject(ErrorCode::canister_id_already_exists,
                              fmt::format("A canister named {} exists already", name))));
    SubnetRecord record = subnet.next_round();
    if (record.next_canister == std::numeric_limits<u64>::max())
        return std::unexpected(failure_of(
            reject(ErrorCode::max_number_of_canisters_reached, "There are no canister ids left")));

    // State after.
    Canister canister;
    canister.id = Principal::canister(record.next_canister++);
    canister.name = name;
    canister.controllers = {caller};
    canister.created_round = record.round;
    const auto committed = subnet.commit({.subnet = record, .canister = canister});
    if (!committed) return std::unexpected(committed.error());
    return canister.id;
}

}  // namespace icvm::replica
