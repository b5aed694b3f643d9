#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "vm/runtime/memory.hpp"
#include "vm/runtime/object_heap.hpp"
#include "vm/runtime/type_registry.hpp"
#include "vm/wasm/module.hpp"
#include "vm/wasm/value.hpp"

namespace icvm::vm {

struct Instance;

/// What a funcref points to; null is nullptr, and a reference is its address as 64 bits.
struct FunctionInstance {
    const void* code = nullptr;    ///< compile's Code of a Wasm function; nullptr: host
    Instance* instance = nullptr;  ///< whose function; nullptr: host
    TypeNumber type{};
    u32 index = 0;               ///< in the index space of its module
    const void* host = nullptr;  ///< the HostFunction (vm.hpp), when it is one
    const RuntimeType* runtime_type = nullptr;
};

/// An exception tag (Wasm 4.2.9): each is different from all others.
struct TagInstance {
    const RuntimeType* type = nullptr;
};

struct TableInstance {
    TableType type;  ///< closed
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
    GlobalType type;      ///< closed
    u64* cell = nullptr;  ///< two slots; in the instance that defines it, or in `own`
    u64 own[2] = {};
};

/// A module's run-time representation (Wasm 4.2.5). The handlers read the first fields.
struct Instance {
    u64* global_cells = nullptr;         ///< of the globals that the module defines: 2 slots each
    GlobalInstance** globals = nullptr;  ///< by index, imports first
    FunctionInstance** functions = nullptr;      ///< by index, imports first
    TableInstance** tables = nullptr;            ///< by index
    Memory** memories = nullptr;                 ///< by index; nullptr: there are none
    bool* data_dropped = nullptr;                ///< by data segment
    bool* elements_dropped = nullptr;            ///< by element segment
    TagInstance** tags = nullptr;                ///< by index, imports first
    const RuntimeType* const* types = nullptr;   ///< by type index
    ObjectHeap* heap = nullptr;                  ///< of the store
    const std::vector<u64>* elements = nullptr;  ///< references by element segment

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
    std::vector<TagInstance*> tag_storage;
    std::deque<TagInstance> own_tags;
    std::vector<std::vector<u64>> element_storage;
};

}  // namespace icvm::vm
