// Cycles (Interface spec, "Cycles").

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

namespace {

/// The 64-bit calls trap where 128 bits are needed.
CallResult narrow(u128 cycles) {
    if (cycles > std::numeric_limits<u64>::max())
        return std::unexpected(trapped("cycles amount exceeds 64-bit representation"));
    return u64(cycles);
}

/// What the call has brought that is not accepted; nothing once it is answered.
u128 available(const SystemCall& call) {
    return call.execution.has_responded()
               ? 0
               : call.execution.cycles_available - call.execution.cycles_accepted;
}

u128 accept(SystemCall& call, u128 most) {
    const u128 amount = std::min(most, available(call));
    call.execution.cycles_accepted += amount;
    return amount;
}

}  // namespace

CallResult msg_cycles_available128(SystemCall& call) {
    return call.write_cycles(available(call), call[0]);
}

CallResult msg_cycles_available(SystemCall& call) { return narrow(available(call)); }

CallResult msg_cycles_accept128(SystemCall& call) {
    const u128 most = u128(call[0]) << 64 | call[1];
    const CallResult written = call.write_cycles(std::min(most, available(call)), call[2]);
    if (written) accept(call, most);
    return written;
}

CallResult msg_cycles_accept(SystemCall& call) { return u64(accept(call, call[0])); }

CallResult msg_cycles_refunded128(SystemCall& call) {
    return call.write_cycles(call.execution.cycles_refunded, call[0]);
}

CallResult msg_cycles_refunded(SystemCall& call) { return narrow(call.execution.cycles_refunded); }

CallResult cycles_burn128(SystemCall& call) {
    const u128 amount = std::min(u128(call[0]) << 64 | call[1], call.execution.liquid_cycles());
    const CallResult written = call.write_cycles(amount, call[2]);
    if (written) call.execution.cycles_burned += amount;
    return written;
}

CallResult canister_cycle_balance128(SystemCall& call) {
    return call.write_cycles(call.execution.cycles(), call[0]);
}

CallResult canister_cycle_balance(SystemCall& call) { return narrow(call.execution.cycles()); }

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
