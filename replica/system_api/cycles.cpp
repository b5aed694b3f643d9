// Cycles (Interface spec, "Cycles"): a balance that changes by burning alone. No call brings any.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

CallResult msg_cycles_available128(SystemCall& call) { return call.write_cycles(0, call[0]); }
CallResult msg_cycles_available(SystemCall&) { return 0; }
CallResult msg_cycles_accept128(SystemCall& call) { return call.write_cycles(0, call[2]); }
CallResult msg_cycles_accept(SystemCall&) { return 0; }

CallResult msg_cycles_refunded128(SystemCall& call) {
    return std::unexpected(not_yet(call.row.name, "callbacks come"));
}

CallResult msg_cycles_refunded(SystemCall& call) {
    return std::unexpected(not_yet(call.row.name, "callbacks come"));
}

CallResult cycles_burn128(SystemCall& call) {
    const u128 amount = std::min(u128(call[0]) << 64 | call[1], call.execution.liquid_cycles());
    const CallResult written = call.write_cycles(amount, call[2]);
    if (written) call.execution.cycles_burned += amount;
    return written;
}

CallResult canister_cycle_balance128(SystemCall& call) {
    return call.write_cycles(call.execution.cycles(), call[0]);
}

CallResult canister_cycle_balance(SystemCall& call) {
    const u128 cycles = call.execution.cycles();
    if (cycles > std::numeric_limits<u64>::max())
        return std::unexpected(trapped("cycles amount exceeds 64-bit representation"));
    return u64(cycles);
}

CallResult canister_liquid_cycle_balance128(SystemCall& call) {
    return call.write_cycles(call.execution.liquid_cycles(), call[0]);
}

CallResult mint_cycles128(SystemCall& call) {
    return std::unexpected(contract_violation(
        fmt::format("ic0.mint_cycles128 cannot be executed on non Cycles Minting Canister: {} != "
                    "rkp4c-7iaaa-aaaaa-aaaca-cai",
                    call.execution.canister->id.text())));
}

}  // namespace icvm::replica::calls
