// Code is installed (Interface spec, "IC method install_code").

#include "replica/execution/install_code.hpp"
#include "replica/management/management_canister.hpp"

namespace icvm::replica::management::methods {

namespace {

/// The mode and options of an argument, over `request`.
void set_mode(InstallCode& request, const CanisterInstallMode& mode) {
    request.mode = InstallMode(mode.value.index());
    if (request.mode != InstallMode::upgrade) return;
    const auto& options = std::get<2>(mode.value);
    if (!options) return;
    request.skip_pre_upgrade = options->skip_pre_upgrade.value_or(false);
    if (options->wasm_memory_persistence)
        request.wasm_memory_persistence =
            *options->wasm_memory_persistence == MemoryPersistence::keep
                ? WasmMemoryPersistence::keep
                : WasmMemoryPersistence::replace;
}

}  // namespace

ManagementResult<Nothing> install_code(ManagementContext& context,
                                       const InstallCodeArguments& given) {
    InstallCode request{.canister = given.canister_id,
                        .module = given.wasm_module,
                        .argument = given.arg};
    set_mode(request, given.mode);
    TRY(replica::install_code(context.subnet, context.change_origin(), request));
    return Nothing{};
}

}  // namespace icvm::replica::management::methods
