/// Any bytes are refused as a canister's module, or the canister is installed, called and upgraded
/// to it: nothing crashes, and each execution ends.

#include <cstdlib>

#include "replica/replica.hpp"

using namespace icvm;
using namespace icvm::replica;

namespace {

/// Ends what does not end by itself.
struct Limit {
    u64 slices = 0;
    bool operator()(u64, u64) { return ++slices % 50 != 0; }
};

Replica make_replica() {
    auto replica =
        Replica::open(open_memory(), {.guard = false, .progress = Limit(), .slice = 20'000});
    if (!replica || !replica->create_canister("canister")) std::abort();
    return std::move(*replica);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static Replica replica = make_replica();
    static const Principal id = replica.canisters()[0];
    const ByteVector module(data, data + size);
    (void)inspect_module(module);
    const InstallCode install{.canister = id, .mode = InstallMode::reinstall, .module = module};
    if (!replica.install_code(install)) return 0;
    if (const auto info = replica.module_info(id); info && *info)
        for (const auto& [name, kind] : (*info)->methods) {
            (void)replica.update({id, name, {}});
            (void)replica.query({id, name, {}});
        }
    (void)replica.tick();
    InstallCode upgrade = install;
    upgrade.mode = InstallMode::upgrade;
    (void)replica.install_code(upgrade);
    return 0;
}
