/// Any bytes are the argument of any method of the management canister, called by a user and as a
/// query: it answers or refuses, and no cycles are made or lost (which each round checks).

#include <cstdlib>

#include "replica/management/interface/interface.hpp"
#include "replica/replica.hpp"

using namespace icvm;
using namespace icvm::replica;

namespace {

Replica make_replica() {
    auto replica = Replica::open(
        open_memory(), {.cycles = "13", .guard = false, .progress = {}, .round_instructions = 1});
    if (!replica || !replica->create_canister("canister")) std::abort();
    return std::move(*replica);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto methods = candid::methods(*management_interface());
    static Replica replica = make_replica();
    if (size == 0) return 0;
    const auto& method = methods[data[0] % methods.size()].name;
    const Call call{Principal(), method, ByteVector(data + 1, data + size)};
    (void)replica.query(call);
    (void)replica.update(call);
    // One world for a while: what it holds must not grow without end.
    if (replica.canisters().size() != 1) replica = make_replica();
    return 0;
}
