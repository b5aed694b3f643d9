#pragma once

#include <memory>
#include <span>

#include "replica/execution/canister_module.hpp"
#include "replica/state/message.hpp"

namespace icvm::replica {

/// A canister's module, instantiated over its heap and linked to the System API. It serves one
/// execution after the other: a message costs the same however large the module is (a Rust
/// counter's instance took 6 us to make, that of a module with 3,350 functions 40 us).
class LinkedInstance {
public:
    /// `memory`: bound to memory 0. Globals have their initial values; with `active_data`, active
    /// data segments are written to the memory. Not metered.
    static Result<std::unique_ptr<LinkedInstance>, Failure> make(
        const CanisterModule& module, const std::shared_ptr<vm::Memory>& memory, bool active_data,
        const Principal& canister);
    LinkedInstance(const LinkedInstance&) = delete;

    bool is_of(const CanisterModule& module) const { return module_ == module.compiled.get(); }
    /// Makes it as a fresh instance with these globals, for an execution in `context`, whose memory
    /// holds what it should. (Tables never change: mainnet takes no instruction that would.)
    Result<void, Failure> begin(std::span<const vm::Value> globals, ExecutionContext& context);
    vm::Store& store() { return store_; }
    vm::Instance& instance() { return *instance_; }

private:
    LinkedInstance() = default;
    /// The functions of the System API, in the order of the module's imports.
    std::vector<vm::Extern> link(const CanisterModule& module);

    vm::Store store_;
    vm::Instance* instance_ = nullptr;
    const vm::CompiledModule* module_ = nullptr;
    ExecutionContext* running_ = nullptr;  ///< the functions of the System API look here
};

}  // namespace icvm::replica
