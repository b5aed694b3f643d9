#include "replica/execution/conservation.hpp"

namespace icvm::replica {

namespace {

u128 attached(const std::deque<ManagementCall>& calls) {
    u128 sum = 0;
    for (const ManagementCall& call : calls) sum += call.cycles;
    return sum;
}

u128 attached(const Calls::Input& input) {
    if (const auto* request = std::get_if<Request>(&input)) return request->cycles;
    if (const auto* response = std::get_if<Response>(&input)) return response->refund;
    return 0;
}

/// In its open calls, and those that wait. (What callbacks have prepaid counts as consumed.)
u128 under_way(const Calls& calls) {
    u128 sum = 0;
    for (const auto& [id, context] : calls.contexts()) sum += context.cycles_available;
    for (const auto& [sender, queue] : calls.inputs())
        for (const Calls::Input& input : queue) sum += attached(input);
    for (const StopRequest& stop : calls.stops) sum += stop.cycles;
    return sum;
}

}  // namespace

u128 accounted_cycles(const Subnet& subnet) {
    u128 sum = subnet.record().cycles_gone + attached(subnet.management().waiting) +
               attached(subnet.management().next_round);
    for (const auto& [id, canister] : subnet.canisters())
        sum += canister.cycles + canister.reserved_cycles + canister.consumed.total() +
               under_way(canister.calls);
    return sum;
}

}  // namespace icvm::replica
