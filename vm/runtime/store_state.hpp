#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "vm/runtime/store.hpp"

namespace icvm::vm {

/// What a store owns. Nothing in it moves: instances refer to each other by address. Its globals,
/// tables and element segments are roots of its heap.
struct Store::State final : RootSource {
    explicit State(const ObjectHeapOptions& options) : heap(options) { heap.add_roots(*this); }

    void visit_roots(RootVisitor& visitor) const override;

    ObjectHeap heap;
    std::deque<HostFunction> host_functions;
    std::deque<FunctionInstance> host_function_instances;
    std::deque<TableInstance> tables;
    u64 table_elements_left = store_table_elements_max;
    u64 memory_bytes_left = store_memory_bytes_max;
    std::deque<GlobalInstance> globals;
    std::deque<TagInstance> tags;
    std::vector<std::shared_ptr<Memory>> memories;
    std::vector<std::unique_ptr<Instance>> instances;
};

}  // namespace icvm::vm
