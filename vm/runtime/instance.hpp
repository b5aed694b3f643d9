#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "vm/runtime/memory.hpp"
#include "vm/wasm/module.hpp"
#include "vm/wasm/value.hpp"

namespace icvm::vm {

/// The canonical number of a function type: equal types, equal numbers, in the whole process
/// (Wasm 4.2.2; call_indirect compares numbers). Only equality means anything.
enum class TypeNumber : u32 {};

/// Registers a function type; thread-safe.
TypeNumber type_number(const FunctionType& type);

struct Instance;

/// What a funcref points to; null is nullptr, and a reference is its address as 64 bits.
struct FunctionInstance {
    const void* code = nullptr;    ///< compile's Code of a Wasm function; nullptr: host
    Instance* instance = nullptr;  ///< whose function; nullptr: host
    TypeNumber type{};
    u32 index = 0;               ///< in the index space of its module
    const void* host = nullptr;  ///< the HostFunction (vm.hpp), when it is one
    const FunctionType* function_type = nullptr;
};

struct TableInstance {
    TableType type;
    /// What all tables of its store may still grow by, in elements; nullptr: no such bound.
    u64* store_elements_left = nullptr;
    std::vector<u64> storage;  ///< references
    u64* elements = nullptr;   ///< storage.data()
    u64 size = 0;

    /// The old size, or all ones when it cannot grow that far (Wasm 4.4.6).
    u64 grow(u64 delta, u64 reference);
};

/// Greatest size of a table, in elements, and of all tables of a store together: ours.
inline constexpr u64 table_elements_max = 10'000'000;
inline constexpr u64 store_table_elements_max = 2 * table_elements_max;

struct GlobalInstance {
    GlobalType type;
    u64* cell = nullptr;  ///< two slots; in the instance that defines it, or in `own`
    u64 own[2] = {};
};

/// A module's run-time representation (Wasm 4.2.5). The handlers read the first fields.
struct Instance {
    u64* global_cells = nullptr;         ///< of the globals that the module defines: 2 slots each
    GlobalInstance** globals = nullptr;  ///< by index, imports first
    FunctionInstance** functions = nullptr;  ///< by index, imports first
    TableInstance** tables = nullptr;        ///< by index
    Memory** memories = nullptr;             ///< by index
    bool* data_dropped = nullptr;            ///< by data segment
    bool* elements_dropped = nullptr;        ///< by element segment

    const Module* module = nullptr;
    std::shared_ptr<const void> code_owner;  ///< keeps the CompiledModule

    // What the pointers above point into.
    std::vector<u64> cell_storage;
    std::vector<GlobalInstance*> global_storage;
    std::vector<GlobalInstance> own_globals;
    std::vector<FunctionInstance*> function_storage;
    std::vector<FunctionInstance> own_functions;
    std::vector<TableInstance*> table_storage;
    std::deque<TableInstance> own_tables;
    std::vector<Memory*> memory_storage;
    std::vector<std::shared_ptr<Memory>> own_memories;
    std::unique_ptr<bool[]> dropped_storage;
};

}  // namespace icvm::vm
