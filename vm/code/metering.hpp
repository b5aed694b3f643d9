#pragma once

#include <vector>

#include "vm/base/integers.hpp"
#include "vm/code/code.hpp"

namespace icvm::vm {

/// Off in one build, which measures what metering costs (bench/metering_cost): instructions are not
/// counted while they run, and nothing ends for their number.
#ifdef ICVM_UNMETERED
inline constexpr bool metered = false;
#else
inline constexpr bool metered = true;
#endif

/// Which half of a cell a 32-bit field is.
enum class Half : u8 { low, high };

/// Writes a 32-bit field of a cell.
void set_half(Cell& cell, Half half, u32 value);

/// Splits a function into blocks, and keeps the budget register's static distance from the counter
/// (docs/metering.md, "Blocks"; docs/interpreter.md, "Metering").
///
/// The *position* of a block is that distance while control is in it, after its whole cost was
/// taken. It is known when the block ends, so fields that need it are filled in then; it is 0 in
/// the blocks that begin at a function entry or in a loop, and after a call.
class Metering {
public:
    /// Of any block: sums and differences of positions fit 32 bits.
    static constexpr i64 position_max = 1 << 29;

    Metering(std::vector<Cell>& cells, std::vector<Site>& sites) : cells_(cells), sites_(sites) {}

    /// Opens the first block of a function.
    void begin(u32 function_entry);
    /// Counts an operator into the block.
    void add(u32 cost) {
        cost_ += cost;
        operators_++;
    }
    /// The operator just counted is the first of a block whose cost is taken without a check: a
    /// dynamic charge comes before that (docs/metering.md, "Bulk instructions").
    bool first_of_unchecked_block() const { return !fixed_start_ && operators_ == 1; }

    /// Ends the block; returns its position.
    i64 close();
    /// Opens a block that control falls or branches into, with that position before its cost.
    void open(i64 before);
    /// Opens the block at a loop header, whose cost the header takes.
    void open_loop();
    /// The cost of the block that was closed last.
    i64 closed_cost() const { return closed_cost_; }
    /// The position before the running block's cost.
    i64 before() const { return before_; }

    /// Fills the field with the position of the running block, now or when the block ends.
    void put_position(u32 cell, Half half);
    /// The same for the site added last.
    void put_position_of_last_site();
    /// After a call the counter itself is in the register.
    void settle() { settled_ = true; }
    /// Some position does not fit its fields.
    bool overflown() const { return overflown_; }

private:
    struct Field {
        u32 cell;
        Half half;
    };

    std::vector<Cell>& cells_;
    std::vector<Site>& sites_;
    std::vector<Field> fields_;       ///< to be filled at the end of the block
    std::vector<u32> waiting_sites_;  ///< the same
    i64 before_ = 0;
    i64 cost_ = 0;
    i64 closed_cost_ = 0;
    u32 operators_ = 0;
    bool fixed_start_ = true;
    bool settled_ = true;
    bool overflown_ = false;
};

}  // namespace icvm::vm
