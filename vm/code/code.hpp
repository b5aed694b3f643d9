#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>
#include <vector>

#include "vm/base/integers.hpp"
#include "vm/binary/instruction.hpp"

namespace icvm::vm {

/// What internal code is made of: the address of a handler, or packed operands.
using Cell = u64;

/// The internal instructions (docs/interpreter.md).
enum class Operation : u16 {
#define CODE(id, ...) id,
#include "vm/code/code.def"
    none,  ///< number of operations
};

inline constexpr size_t operation_count = size_t(Operation::none);

/// A form of the family that begins with `first` (code.def gives the order).
constexpr Operation form_of(Operation first, u32 form) { return Operation(u16(first) + form); }

/// The address of each operation's handler: handed down by the interpreter.
using HandlerTable = const void* [operation_count];

/// What a call needs of a function: a record at a fixed address, shared by all instances of its
/// module. No base, global or instance address is in it. All of it is there before the function is
/// compiled.
struct Code {
    /// What its frame adds to the running sum of the control stack: one frame (upper half), and its
    /// slots as the validator sees them (lower half).
    u64 weight;
    /// Slots that are zeroed at the call: the first of them, and in the upper half their number.
    /// They are those of all locals but the parameters, then of those that need it.
    std::atomic<u64> zeroed;
    i64 entry_cost;  ///< the function entry and its first block
    u32 function;    ///< index in the function index space
    u32 guarded;     ///< memory 0 is reached through its base, without a check
    /// Where calls go: at first to `first_call`, which compiles the function and goes on in it.
    std::atomic<const Cell*> entry;
    Cell first_call;  ///< the handler of Operation::first_call

    const Cell* cells() const { return entry.load(std::memory_order_acquire); }
    /// The record that has `cell` in first_call.
    static const Code& around(const Cell* cell) {
        return *reinterpret_cast<const Code*>(reinterpret_cast<const u8*>(cell) -
                                              offsetof(Code, first_call));
    }
};

/// A row of the side table: what is known about an instruction that can trap, call or pause.
struct Site {
    u32 cell;      ///< where the instruction begins, in FunctionCode::cells
    u32 offset;    ///< of the Wasm instruction in its module
    i32 position;  ///< budget register minus counter, at the end of its block
    /// The topmost operand below the instruction's own that is a reference, in
    /// FunctionCode::references; none: no_reference.
    u32 references = no_reference;
    static constexpr u32 no_reference = ~u32(0);
};

/// An operand that is a reference, and lies in its home whenever a collection can come. Sites share
/// the chains: there is one of these for each time a reference is pushed.
struct ReferenceOperand {
    u32 slot;
    u32 below;  ///< the next older one in FunctionCode::references; or Site::no_reference
};

/// A clause of a try_table, or its way out (Wasm 4.4.9).
struct ExceptionHandler {
    u32 first_cell, end_cell;  ///< the code of the try_table's body, in FunctionCode::cells
    CatchClause::Kind kind;
    u32 tag;      ///< index
    u32 landing;  ///< cell that runs next, at position 0 …
    u32 slot;     ///< … when the arguments (and the reference) are in the slots from here on
    /// The first clause of the innermost try_table around this one; or none.
    u32 outer = none;
    static constexpr u32 none = ~u32(0);
};

/// The code of one function as the compiler hands it on (CompiledFunction is what is kept of it).
/// All indices of cells are counted from its first.
struct FunctionCode {
    u32 function = 0;                    ///< index in the function index space
    u32 zero_first = 0, zero_count = 0;  ///< Code::zeroed
    std::vector<Cell> cells;
    /// Ascending by cell.
    std::vector<Site> sites;
    std::vector<ReferenceOperand> references;
    std::vector<u32> reference_locals;  ///< slots of locals that are references
    /// Ascending by end, so that inner ones come first; a try_table's in the order of clauses.
    std::vector<ExceptionHandler> handlers;
};

std::string_view to_string(Operation operation);
/// The operands column of code.def.
std::string_view operands_of(Operation operation);

}  // namespace icvm::vm
