#pragma once

#include <algorithm>
#include <utility>

#include "vm/assign/occupancy.hpp"

namespace icvm::vm {

/// What it brings to have an operand in a register, and costs where it must be copied, in units of
/// the time that a slot takes more than a register.
struct Gains {
    static constexpr i64 form = 1;
    static constexpr i64 copy = 3;
    static constexpr i64 saving = 1;  ///< over a call
    static constexpr i64 least = 2;

    /// How often a block runs, as far as can be seen.
    static i64 weight(const Block& block) { return i64(1) << (3 * std::min(block.loop_depth, 6u)); }
};

/// Whether an operation takes that operand in a register of the file.
inline bool accepts(const FormTable& table, u32 operand, File file) {
    return table.handlers != nullptr &&
           (table.files[operand] == file || table.files[operand] == File::any);
}

/// An operand, not a local, between its writing and its last reading in the same block.
struct Temporary {
    u32 slot;
    u32 node;    ///< that writes it …
    u8 operand;  ///< … as which operand
    u32 last;    ///< that reads it
    u8 count = 0;
    struct Use {
        u32 node;
        u8 operand;
    };
    static constexpr u32 uses_max = 4;
    std::array<Use, uses_max> uses{};
    File file = File::none;
    Place place = Place::slot;
    Range range{};
    i64 gain = 0;  ///< in a register
};

/// The temporaries of a function that could be in registers, and which are.
class Temporaries {
public:
    void build(const Draft& draft, const Flow& flow, const FormTables& forms);
    /// Gives them what is free.
    void place(Occupancy& occupancy);
    /// From now on they may be moved out: of all that `place` gave.
    void index();
    /// What those gain that are in a register in that range.
    i64 gain_in(Place place, Range range) const;
    /// Back to their slots with them.
    void evict(Place place, Range range, Occupancy& occupancy);
    const std::vector<Temporary>& all() const { return all_; }

private:
    struct Tenant {
        Range range;
        i64 before;  ///< the sum of the gains of those before it
        u32 temporary;
    };
    using Tenants = std::vector<Tenant>;

    void collect(const Block& block);
    void write_operands(u32 at, const Node& node);
    void read_operands(u32 at, const Node& node);
    void close(const Temporary& open, i64 weight);
    bool accept(const Temporary& open, File file) const;
    size_t first_behind(const Tenants& tenants, u32 point) const;
    size_t first_from(const Tenants& tenants, u32 point) const;

    const Draft* draft_ = nullptr;
    const Flow* flow_ = nullptr;
    const FormTables* forms_ = nullptr;
    std::vector<Temporary> open_, all_;
    std::array<Tenants, place_count> tenants_;  ///< by register, in their order
};

}  // namespace icvm::vm
