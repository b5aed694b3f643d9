#include "replica/management/status.hpp"

#include "replica/execution/conditions.hpp"

namespace icvm::replica {

Result<CanisterStatus, Failure> canister_status(const Subnet& subnet, const Principal& id) {
    const Canister& canister = *TRY(find_managed(subnet, id));
    CanisterStatus status;
    status.id = canister.id;
    status.name = canister.name;
    status.status = canister.status;
    status.version = canister.version;
    status.module_path = canister.module_path;
    status.controllers = canister.controllers();
    status.cycles = canister.cycles;
    if (!canister.code) return status;
    status.module_hash = canister.code->module_hash;
    status.module_bytes = canister.code->module_bytes;
    status.heap_bytes = canister.code->heap_pages * vm::wasm_page_bytes;
    status.stable_bytes = canister.code->stable_pages * vm::wasm_page_bytes;
    status.enhanced_persistence = canister.code->enhanced_persistence;
    return status;
}

}  // namespace icvm::replica
