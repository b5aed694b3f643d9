#pragma once

#include <string>

#include "vm/runtime/budget.hpp"
#include "vm/runtime/instance.hpp"
#include "vm/runtime/memory.hpp"
#include "vm/runtime/trap.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// What a host function sees of its call.
struct HostCall {
    u64* slots;      ///< the arguments, one slot each, v128 two; results go over them, from slot 0
    Memory* memory;  ///< memory 0 of the calling instance, or nullptr
    Instance* instance;  ///< the calling instance
    Budget* budget;      ///< exact at this point, and may be charged
    Trap* trap;          ///< filled in by a host function that returns trap
};

enum class HostOutcome : u8 { done, trap };

struct HostFunction {
    FunctionType type;
    HostOutcome (*body)(void* context, HostCall& call);
    void* context = nullptr;
    std::string name;  ///< for backtraces
};

}  // namespace icvm::vm
