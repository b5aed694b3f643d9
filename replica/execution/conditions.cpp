#include "replica/execution/conditions.hpp"

#include <fmt/format.h>

namespace icvm::replica {

Result<const Canister*, Failure> find_managed(const Subnet& subnet, const Principal& id) {
    if (const Canister* canister = subnet.find(id)) return canister;
    return std::unexpected(failure_of(
        reject(ErrorCode::canister_not_found, fmt::format("Canister {} not found.", id.text()))));
}

Result<void, Failure> require_controller(const Canister& canister, const Principal& caller) {
    if (canister.is_controller(caller)) return {};
    std::string controllers;
    for (const Principal& controller : canister.controllers())
        controllers += (controllers.empty() ? "" : " ") + controller.text();
    return std::unexpected(
        failure_of(reject(ErrorCode::canister_invalid_controller,
                          fmt::format("Only the controllers of the canister {} can control it.\n"
                                      "Canister's controllers: {}\nSender's ID: {}",
                                      canister.id.text(), controllers, caller.text()))));
}

}  // namespace icvm::replica
