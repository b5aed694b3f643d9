#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "vm/runtime/store.hpp"

namespace icvm::vm {

/// What a store owns. Nothing in it moves: instances refer to each other by address.
struct Store::State {
    std::deque<HostFunction> host_functions;
    std::deque<FunctionInstance> host_function_instances;
    std::deque<TableInstance> tables;
    u64 table_elements_left = store_table_elements_max;
    u64 memory_bytes_left = store_memory_bytes_max;
    std::deque<GlobalInstance> globals;
    std::vector<std::shared_ptr<Memory>> memories;
    std::vector<std::unique_ptr<Instance>> instances;
};

}  // namespace icvm::vm
