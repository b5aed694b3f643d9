#include "replica/management/create_canister.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "replica/execution/install_code.hpp"

namespace icvm::replica {

namespace {

struct Creation {
    Canister canister;
    SubnetRecord record;  ///< of the round, with the canister's id taken
};

Result<Creation, Failure> prepare(const Subnet& subnet, const Principal& caller,
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
    return Creation{std::move(canister), record};
}

}  // namespace

Result<Principal, Failure> create_canister(Subnet& subnet, const Principal& caller,
                                           const std::string& name) {
    const auto [canister, record] = TRY(prepare(subnet, caller, name));
    TRY(subnet.commit({.subnet = record, .canister = canister}));
    return canister.id;
}

Result<NewCanister, Failure> create_and_install(Subnet& subnet, const Principal& caller,
                                                const std::string& name,
                                                const InstallCode& request) {
    const auto [canister, record] = TRY(prepare(subnet, caller, name));
    return NewCanister{canister.id,
                       TRY(install_into_new(subnet, caller, request, canister, record))};
}

}  // namespace icvm::replica
