#include "replica/execution/conditions.hpp"

#include "replica/execution/management_refusal.hpp"

namespace icvm::replica {

Result<const Canister*, Failure> find_managed(const Subnet& subnet, const Principal& id) {
    if (const Canister* canister = subnet.find(id)) return canister;
    return refuse(ManagementRefusal::not_found, id.text());
}

Result<void, Failure> require_controller(const Canister& canister, const Principal& caller) {
    if (canister.is_controller(caller)) return {};
    std::string controllers;
    for (const Principal& controller : canister.controllers())
        controllers += (controllers.empty() ? "" : " ") + controller.text();
    return refuse(ManagementRefusal::not_controller, canister.id.text(), controllers,
                  caller.text());
}

}  // namespace icvm::replica
