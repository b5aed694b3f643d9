#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "replica/execution/canister_module.hpp"
#include "replica/execution/heap.hpp"
#include "replica/state/message.hpp"

namespace icvm::replica {

/// What the start function is called where a stage is named.
inline constexpr std::string_view start_stage = "start";

/// One execution of one function of a canister: a message, or a stage of install_code.
struct Run {
    const CanisterModule& module;
    Heap& heap;
    std::span<const vm::Value> globals;
    ExecutionContext& context;
    std::string_view function;            ///< exported name, or start_stage
    std::optional<Closure> closure = {};  ///< instead of `function`
    u64 instructions_before = 0;          ///< of earlier stages of the message
    u64 instruction_limit = 0;            ///< of the whole message
};

struct RunResult {
    u64 instructions = 0;            ///< of this execution, as billed
    std::vector<vm::Value> globals;  ///< afterwards
    std::vector<u64> changed_pages;  ///< of the heap; empty where changes are not kept
};

/// Runs it in an instance that is as good as fresh. Memory, stable memory and context hold its
/// effects afterwards, also after a failure: the caller keeps or drops them.
Result<RunResult, Failure> run(const Run& run, const Options& options);

/// What instantiating a module for the first time gives: globals have their initial values, and
/// active data segments are written to the heap, unless it is one that is kept. Not metered.
Result<std::vector<vm::Value>, Failure> initialize(const CanisterModule& module, Heap& heap,
                                                   bool active_data, const Principal& canister);

}  // namespace icvm::replica
