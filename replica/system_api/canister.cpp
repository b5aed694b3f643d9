// Who the canister is, and where it runs (Interface spec, "Self-identification").

#include "replica/state/subnet_record.hpp"
#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

CallResult canister_self_size(SystemCall& call) {
    return call.execution.canister->id.bytes().size();
}

CallResult canister_self_copy(SystemCall& call) {
    return call.copy("id", call.execution.canister->id.bytes(), call[0], call[1], call[2]);
}

CallResult canister_status(SystemCall& call) { return u64(call.execution.canister->status); }

CallResult canister_version(SystemCall& call) { return call.execution.canister->version; }

CallResult subnet_self_size(SystemCall&) { return subnet_id().bytes().size(); }

CallResult subnet_self_copy(SystemCall& call) {
    return call.copy("id", subnet_id().bytes(), call[0], call[1], call[2]);
}

CallResult subnet_self_node_count(SystemCall& call) { return call.execution.schedule->nodes; }

CallResult is_controller(SystemCall& call) {
    const Bytes bytes = TRY(call.heap("ic0.is_controller", call[0], call[1]));
    const auto principal = Principal::from_bytes(bytes);
    if (!principal)
        return std::unexpected(ExecutionError{ErrorCode::canister_contract_violation,
                                              "Canister provided invalid principal id",
                                              toolchain_help()});
    return u64(call.execution.canister->is_controller(*principal));
}

CallResult root_key_size(SystemCall&) { return root_key().size(); }

CallResult root_key_copy(SystemCall& call) {
    return call.copy("bytes", root_key(), call[0], call[1], call[2]);
}

}  // namespace icvm::replica::calls
