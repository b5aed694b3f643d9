#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "vm/base/result.hpp"
#include "vm/runtime/store.hpp"

namespace icvm::vm {

/// Limits of recursion, in Wasm's terms: our own, not mainnet's (docs/interpreter.md).
inline constexpr u64 call_frames_max = 131072;
/// Sum over the frames of slots of parameters, locals and greatest operand height.
inline constexpr u64 call_slots_max = 1u << 20;

/// Executions that host functions of others start, one within the other, on one thread.
inline constexpr u32 nested_executions_max = 100;

enum class Outcome : u8 {
    finished,  ///< results() has the results
    trapped,   ///< trap() has the reason
    paused,    ///< the counter ran out at a check and there is a reserve: refill and run again
};

/// One activation: a function call from the host down to its return, with its stacks and budget.
/// The whole state is in memory while it is not running: it can be resumed or dropped at any pause.
class Execution {
public:
    /// A call of `function` with `arguments` that fit its type. Stacks come from a pool.
    Execution(Store& store, FunctionInstance& function, std::span<const Value> arguments,
              const Budget& budget);
    ~Execution();
    Execution(const Execution&) = delete;

    /// Runs until it ends, or until the budget's slice is spent. After `paused`, run() refills
    /// itself from the reserve. A reserve that is empty, too, is a trap: out_of_budget. Whatever
    /// ran on a memory of the store of which a page could not be read has trapped: page_unreadable.
    Outcome run();

    std::span<const Value> results() const;
    const Trap& trap() const;
    /// Exact after any outcome.
    const Budget& budget() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Calls once, with no limit; for plain modules and tests.
Result<std::vector<Value>, Trap> invoke(Store& store, FunctionInstance& function,
                                        std::span<const Value> arguments);

/// Which dispatcher this build has: "tail-call" or "loop".
std::string_view dispatcher_name();

}  // namespace icvm::vm
