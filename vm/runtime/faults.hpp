#pragma once

#include "vm/runtime/memory.hpp"

namespace icvm::vm {

/// Where a live memory is, for the fault handler: a list that the handler reads without locks.
/// Places are never freed, but used again.
struct FaultPlace;

FaultPlace* add_fault_place(Memory& memory, u64 reserved_bytes);
void remove_fault_place(FaultPlace* place);

/// What becomes of a fault.
enum class FaultAnswer : u8 {
    not_ours,  ///< our bug, or somebody else's: the previous handler
    retry,     ///< the page is there now
    land,      ///< out of bounds, or the page could not be read: go on at the landing
};

/// For the fault handler, on the thread that faulted: `address` is the address of the fault,
/// `can_land` tells that the instruction has a landing. A page that cannot be read is flagged
/// (Memory::page_unreadable), and reads as zeros when the instruction has no landing.
FaultAnswer answer_fault(u64 address, bool can_land);

/// Said by install_fault_handler. From then on memories are guarded and filled lazily.
void set_fault_handler_installed();
bool fault_handler_installed();

}  // namespace icvm::vm
