#include "replica/execution/linked_instance.hpp"

#include "replica/execution/trap_error.hpp"
#include "replica/system_api/memory_growth.hpp"

namespace icvm::replica {

namespace {

std::unexpected<Failure> refuse(std::string_view reason, const Principal& canister) {
    return std::unexpected(failure_of(reject_of(not_instantiated(reason), canister)));
}

/// memory.grow of a canister's code.
bool may_grow(void* running, u64 old_size, u64 delta) {
    ExecutionContext& execution = **static_cast<ExecutionContext**>(running);
    auto taken = take_heap(execution, old_size, delta);
    if (!taken) execution.error = std::move(taken.error());
    return taken.has_value();
}

}  // namespace

std::vector<vm::Extern> LinkedInstance::link(const CanisterModule& module) {
    std::vector<vm::Extern> externs;
    for (const ImportRow* row : module.imports)
        externs.emplace_back(store_.add_host_function({.type = type_of(*row, module.memory64),
                                                       .body = row->body,
                                                       .context = &running_,
                                                       .name = std::string(row->name)}));
    return externs;
}

Result<std::unique_ptr<LinkedInstance>, Failure> LinkedInstance::make(
    const CanisterModule& module, const std::shared_ptr<vm::Memory>& memory, bool active_data,
    const Principal& canister) {
    // A memory or table that a module imports is there for no canister.
    if (module.imports.size() != module.wasm().imports.size())
        return refuse("unknown import", canister);
    std::unique_ptr<LinkedInstance> linked(new LinkedInstance);
    vm::InstantiationOptions options;
    options.memory0 = memory;
    options.active_data = active_data;
    options.run_start = false;
    auto instance = linked->store_.instantiate(module.compiled, linked->link(module), options);
    if (!instance) {
        if (const auto* unlinkable = std::get_if<vm::Unlinkable>(&instance.error()))
            return refuse(unlinkable->reason, canister);
        return refuse(to_string(std::get<vm::Trap>(instance.error()).reason), canister);
    }
    if (memory) memory->growth_check = {.allows = may_grow, .context = &linked->running_};
    linked->instance_ = *instance;
    linked->module_ = module.compiled.get();
    return linked;
}

Result<void, Failure> LinkedInstance::begin(std::span<const vm::Value> globals,
                                            ExecutionContext& context) {
    running_ = &context;
    if (auto renewed = store_.renew(*instance_, globals); !renewed)
        return refuse(to_string(renewed.error().reason), context.canister->id);
    return {};
}

}  // namespace icvm::replica
