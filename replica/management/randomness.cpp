// Randomness (Interface spec, "IC method raw_rand"): the same commands give the same bytes.

#include "replica/management/randomness.hpp"

#include "replica/management/management_canister.hpp"

namespace icvm::replica {

namespace management::methods {

/// Answered in the next round, as its bytes must not be known when the call is made.
ManagementResult<ByteVector> raw_rand(ManagementContext& context, const Nothing&) {
    context.subnet.change_management().next_round.push_back({.origin = context.origin,
                                                             .caller = context.caller,
                                                             .caller_version = {},
                                                             .method = "raw_rand",
                                                             .argument = {},
                                                             .cycles = context.cycles});
    return std::nullopt;
}

}  // namespace management::methods

Sha256 draw_random(Subnet& subnet) {
    RecordWriter seed;
    seed.put_text("icvm randomness");
    seed.put_u64(subnet.change_record().random++);
    seed.put_u64(subnet.record().round);
    return sha256(seed.take());
}

}  // namespace icvm::replica
