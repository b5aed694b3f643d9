#pragma once

/// The public face of the VM: load a module, instantiate it, run its functions. Nothing here knows
/// of the Internet Computer. See docs/interpreter.md for the machine behind it.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/runtime/budget.hpp"
#include "vm/runtime/memory.hpp"
#include "vm/runtime/trap.hpp"
#include "vm/wasm/module.hpp"
#include "vm/wasm/opcode.hpp"
#include "vm/wasm/value.hpp"

namespace icvm::vm {

// ---- Loading -----------------------------------------------------------------------------------

/// What each instruction costs, and how bulk instructions are charged (spec/metering, sections
/// 1–3).
struct CostTable {
    /// Cost by opcode (index: the u16 code for one-byte opcodes; 0x100 + n for 0xFCnn).
    u16 cost[0x200] = {};
    /// Entering a function.
    u16 function_entry = 1;
    /// One for each byte (or table element) of a bulk instruction, charged and checked before it.
    bool bulk_per_byte = true;
};

/// The cost column of opcode.def; `memory64`: loads and stores cost one more.
const CostTable& default_costs(bool memory64);

struct CompileOptions {
    bool guard = true;   ///< memory 0 with 32-bit addresses takes handlers without bounds check
    bool track = false;  ///< stores mark dirty pages
    const CostTable* costs = nullptr;  ///< nullptr: default_costs by the address type of memory 0
};

struct CompiledModule;  ///< A module with its code: immutable, shared by all its instances.

/// The module that was decoded; lives as long as `compiled`.
const Module& module_of(const CompiledModule& compiled);

using LoadError = std::variant<Malformed, Invalid>;

/// "unexpected end (at offset 8)", "type mismatch (in function 3 \"inc\", at offset 0x4f)".
std::string to_string(const LoadError& error);

/// Decodes (Wasm 5) without validating; for inspection and for checks of an embedder's own.
Result<Module, Malformed> decode_module(ByteVector bytes);

/// Validates and compiles a decoded module in one pass over each body (Wasm 3).
Result<std::shared_ptr<const CompiledModule>, LoadError> compile_module(
    Module module, const CompileOptions& options);

/// decode_module, then compile_module.
Result<std::shared_ptr<const CompiledModule>, LoadError> load_module(ByteVector bytes,
                                                                     const CompileOptions& options);

// ---- Instances ---------------------------------------------------------------------------------

struct Instance;
struct FunctionInstance;
struct TableInstance;
struct GlobalInstance;

using Extern = std::variant<FunctionInstance*, TableInstance*, Memory*, GlobalInstance*>;

/// What a host function sees of its call.
struct HostCall {
    u64* slots;      ///< the arguments, one slot each; results are written over them, from slot 0
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

/// Imports do not fit (Wasm 4.5.4).
struct Unlinkable {
    size_t import = 0;   ///< index in Module::imports
    std::string reason;  ///< "unknown import", "incompatible import type"
};

using InstantiationError = std::variant<Unlinkable, Trap>;

struct InstantiationOptions {
    /// Bound to memory 0 instead of a new memory (which must not be imported then).
    std::shared_ptr<Memory> memory0;
    /// Values for the globals that the module defines, in order (as Instance gives them with
    /// global_values); empty: their initializers.
    std::span<const Value> globals;
    /// Applies active data segments. Off when memory0 has its contents already.
    bool active_data = true;
    /// Runs the start function (unmetered). Off: the embedder runs it by start_function.
    bool run_start = true;
    /// For memories that are created here.
    MemoryOptions memory;
};

/// Owns instances and what they are made of (Wasm 4.2.3). All of it lives until the store goes.
/// One thread at a time.
class Store {
public:
    Store();
    ~Store();
    Store(Store&&) noexcept;

    FunctionInstance* add_host_function(HostFunction function);
    TableInstance* add_table(const TableType& type);
    GlobalInstance* add_global(const GlobalType& type, const Value& value);
    Memory* add_memory(std::shared_ptr<Memory> memory);

    /// Wasm 4.5.4. Imports by position, one for each import of the module. The store keeps a share
    /// of `module`.
    Result<Instance*, InstantiationError> instantiate(std::shared_ptr<const CompiledModule> module,
                                                      std::span<const Extern> imports,
                                                      const InstantiationOptions& options = {});

    struct State;
    std::unique_ptr<State> state;
};

/// The export of that name, or nothing (all alternatives empty: Extern of a null FunctionInstance).
std::optional<Extern> find_export(Instance& instance, std::string_view name);
/// nullptr when there is none.
FunctionInstance* find_exported_function(Instance& instance, std::string_view name);
FunctionInstance* start_function(Instance& instance);
/// Memory 0, or nullptr.
Memory* memory0(Instance& instance);
/// Element `index` of table `table`: nullptr when out of bounds or null.
FunctionInstance* table_function(Instance& instance, u32 table, u64 index);
const FunctionType& type_of(const FunctionInstance& function);
const GlobalType& type_of(const GlobalInstance& global);
Value value_of(const GlobalInstance& global);
/// The values of the globals that the module defines, in order.
std::vector<Value> global_values(const Instance& instance);

// ---- Execution ---------------------------------------------------------------------------------

/// Limits of recursion, in Wasm's terms: our own, not mainnet's (docs/interpreter.md).
inline constexpr u64 call_frames_max = 131072;
/// Sum over the frames of slots of parameters, locals and greatest operand height.
inline constexpr u64 call_slots_max = 1u << 20;

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
    /// itself from the reserve. A reserve that is empty, too, is a trap: out_of_budget.
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

/// Installs the handler of memory faults (SIGSEGV and SIGBUS); once per process, by the program.
/// Without it, use CompileOptions::guard = false and MemoryOptions::guard = false: no signal is
/// needed then.
void install_fault_handler();

}  // namespace icvm::vm
