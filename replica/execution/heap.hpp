#pragma once

#include <memory>
#include <vector>

#include "replica/execution/canister_module.hpp"
#include "replica/execution/linked_instance.hpp"
#include "replica/state/message.hpp"
#include "replica/state/page_map.hpp"

namespace icvm::replica {

/// A canister's heap, bound to a memory of the VM (nullptr for a module without one), and what runs
/// in it.
struct Heap {
    std::unique_ptr<PageMap> pages;  // the memory reads from it: it goes last
    std::shared_ptr<vm::Memory> memory;
    std::unique_ptr<LinkedInstance> instance = nullptr;  ///< made when it is needed
    u32 users = 0;                                       ///< executions that are under way in it
};

/// A heap of `size` Wasm pages whose contents are `pages`. A failure when there is no address space
/// left for it.
Result<Heap, Failure> bind_heap(std::unique_ptr<PageMap> pages, const CanisterModule& module,
                                u64 size, const Options& options);

/// Indices of the 4-KiB pages whose bytes differ from those before tracking began, ascending.
std::vector<u64> changed_pages(const vm::Memory& memory);

}  // namespace icvm::replica
