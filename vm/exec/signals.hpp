#pragma once

#include "vm/base/integers.hpp"

/// One row of the fault table, for the text of an `asm goto`: when `instruction` (a local label)
/// faults in a memory, execution goes on at `landing` (a label operand) instead. Both are kept
/// relative to their own place, so that a position-independent program needs no relocations; the
/// section joins the group of the function (`?`), so that a discarded copy of a template takes its
/// rows along.
///
///     asm volatile goto("1: movl (%1), %0\n" ICVM_FAULT_ROW("1b", "%l[fault]")
///                       : "=r"(value) : "r"(address) : "memory" : fault);
///
/// `volatile` is said because g++ 12.2 leaves out an asm goto whose outputs nobody reads, although
/// its manual says otherwise; "memory" keeps it in order with other accesses to the memory.
///
/// At the landing, Memory::page_unreadable() tells a page that its source could not give
/// (TrapReason::page_unreadable) from an access out of bounds.
#define ICVM_FAULT_ROW(instruction, landing)          \
    ".pushsection icvm_faults, \"a?\", @progbits\n\t" \
    ".balign 4\n\t"                                   \
    ".long " instruction                              \
    " - .\n\t"                                        \
    ".long " landing                                  \
    " - .\n\t"                                        \
    ".popsection\n\t"

namespace icvm::vm {

/// Installs the handler of memory faults (SIGSEGV and SIGBUS); once per process, by the program.
/// What is no fault of ours goes to the handler that was there before. Without it, memories are
/// not guarded and not filled lazily (guard_available() is false), and no signal is needed.
void install_fault_handler();

/// Where execution goes on after a fault of the instruction at `instruction`; 0: nowhere. Exact
/// only after install_fault_handler().
u64 find_landing(u64 instruction);

}  // namespace icvm::vm
