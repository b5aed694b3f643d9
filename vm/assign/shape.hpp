#pragma once

#include "vm/code/code.hpp"

namespace icvm::vm {

/// What an operation does to control and to slots that its letters do not name.
enum class Conduct : u8 {
    plain,   ///< only what its letters say
    branch,  ///< to its target or on
    jump,    ///< to its target
    table,   ///< to one of the targets in its entries
    leave,   ///< ends the function, or traps
    call,    ///< reads operands' homes from its window on, and may write them
    hidden,  ///< may read any operand's home
    hidden_leave,
};

/// How an operation's cells are to be read (code.def).
struct Shape {
    Conduct conduct = Conduct::plain;
    u8 cells = 1;        ///< with the handler's; without the entries of a table
    u8 operands = 0;     ///< slots in the first cell
    u8 first_field = 0;  ///< where the first of them is, in fields of 16 bits
    u8 written = 0;      ///< bits: which of them are destinations
    /// The first result may be written before the other operands are read.
    bool writes_early = false;
    u8 target = 0;  ///< which cell is the branch target; 0: none
    /// Which half of the operands' cells has one more slot that is read; none: no_half.
    u8 read_half = no_half;
    static constexpr u8 no_half = 0xFF;
    bool makes_vector = false;  ///< the destination is a v128
    bool writes_two = false;    ///< the destination and the slot behind it are results

    bool writes(u32 operand) const { return (written >> operand & 1) != 0; }
    u32 shift(u32 operand) const { return 16 * (first_field + operand); }
    bool ends_block() const {
        return conduct == Conduct::branch || conduct == Conduct::jump ||
               conduct == Conduct::table || conduct == Conduct::leave ||
               conduct == Conduct::hidden_leave;
    }
    bool falls_through() const {
        return conduct != Conduct::jump && conduct != Conduct::table && conduct != Conduct::leave &&
               conduct != Conduct::hidden_leave;
    }
    bool is_hidden() const {
        return conduct == Conduct::hidden || conduct == Conduct::hidden_leave;
    }
};

const Shape& shape_of(Operation operation);

/// The operation of a call that saves registers; none: it is no call.
Operation saving_form(Operation operation);

}  // namespace icvm::vm
