#include "replica/execution/installed_code.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace icvm::replica {

InstalledCode code_of(const CanisterModule& module) {
    InstalledCode code{};
    code.module_hash = module.hash;
    code.module_bytes = module.uploaded_bytes;
    code.enhanced_persistence = module.enhanced_persistence;
    code.custom_section_bytes = module.custom_section_bytes;
    code.has_heap = module.has_memory();
    code.memory64 = module.memory64;
    code.has_heartbeat = module.exports_function("canister_heartbeat");
    code.has_global_timer = module.exports_function("canister_global_timer");
    code.has_low_memory_hook = module.exports_function("canister_on_low_wasm_memory");
    return code;
}

Result<void, Reject> check_heap_size(const CanisterModule& module, u64 pages) {
    const auto refuse = [&](std::string_view reason) {
        return std::unexpected(reject(
            ErrorCode::canister_contract_violation,
            fmt::format("Invalid Wasm memory: the kept heap of {} Wasm pages {}", pages, reason)));
    };
    if (!module.has_memory()) {
        if (pages > 0) return refuse("has no place in a module without memory");
        return {};
    }
    const vm::Limits& limits = module.wasm().memory_types[0].limits;
    if (pages < limits.minimum) return refuse("is smaller than the module's memory at the least");
    if (pages > std::min(limits.maximum, module.heap_pages_max()))
        return refuse("is larger than the module's memory at the most");
    return {};
}

}  // namespace icvm::replica
