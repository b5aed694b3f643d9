#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vm/base/result.hpp"
#include "vm/runtime/host_function.hpp"
#include "vm/runtime/instance.hpp"
#include "vm/runtime/memory.hpp"
#include "vm/runtime/trap.hpp"
#include "vm/wasm/value.hpp"

namespace icvm::vm {

struct CompiledModule;

using Extern =
    std::variant<FunctionInstance*, TableInstance*, Memory*, GlobalInstance*, TagInstance*>;

/// Imports do not fit (Wasm 4.5.4).
struct Unlinkable {
    /// Index in Module::imports; their number when it is about InstantiationOptions.
    size_t import = 0;
    /// "unknown import: …",
    /// "incompatible import type: "m" "f", is (func), not (func (param i32))"
    std::string reason;
};

using InstantiationError = std::variant<Unlinkable, Trap>;

struct InstantiationOptions {
    /// Bound to memory 0 instead of a new memory (which must not be imported then); grows to the
    /// minimum of the module's memory.
    std::shared_ptr<Memory> memory0 = {};
    /// Values for the globals that the module defines, in order (as Instance gives them with
    /// global_values); empty: their initializers. References are not taken over (they point into
    /// another store): their globals are initialized.
    std::span<const Value> globals = {};
    /// Applies active data segments. Off when memory0 has its contents already.
    bool active_data = true;
    /// Runs the start function (unmetered). Off: the embedder runs it by start_function.
    bool run_start = true;
    /// For memories that are created here.
    MemoryOptions memory = {};
};

/// Owns instances and what they are made of (Wasm 4.2.3). All of it lives until the store goes.
/// One thread at a time.
class Store {
public:
    explicit Store(const ObjectHeapOptions& heap = {});
    ~Store();
    Store(Store&&) noexcept;

    FunctionInstance* add_host_function(HostFunction function);
    /// Of the type's minimum size, with null references; nullptr: larger than table_elements_max,
    /// or than what is left of store_table_elements_max.
    TableInstance* add_table(const TableType& type);
    GlobalInstance* add_global(const GlobalType& type, const Value& value);
    TagInstance* add_tag(const FunctionType& type);
    Memory* add_memory(std::shared_ptr<Memory> memory);

    /// Wasm 4.5.4. A trap in an active segment or in the start function leaves what came before it
    /// in imported tables and memories. Imports by position, one for each import of the module. The
    /// store keeps a share of `module`.
    Result<Instance*, InstantiationError> instantiate(std::shared_ptr<const CompiledModule> module,
                                                      std::span<const Extern> imports,
                                                      const InstantiationOptions& options = {});

    /// Makes an instance of this store as a fresh one would be with these globals (one each, of its
    /// type; see InstantiationOptions), but for its memories and tables: those stay. Traps only
    /// where an initializer allocates.
    Result<void, Trap> renew(Instance& instance, std::span<const Value> globals);

    ObjectHeap& heap();

    struct State;
    std::unique_ptr<State> state;
};

/// The export of that name, or nothing.
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

}  // namespace icvm::vm
