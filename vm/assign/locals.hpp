#pragma once

#include <algorithm>

#include "vm/assign/temporaries.hpp"

namespace icvm::vm {

/// A local that is in a register, in a loop or in the whole function; elsewhere it is in its slot.
struct Unit {
    u32 number;  ///< of Liveness
    u32 slot;
    Place place;
    bool is_vector;   ///< a v128
    bool is_written;  ///< in the loop: its slot is out of date where that is left
    u32 begin, end;   ///< nodes

    bool contains(u32 node) const { return begin <= node && node < end; }
};

/// Gives registers to locals, where they bring most first.
class LocalAssignment {
public:
    /// Leaves a register of each file to temporaries.
    void build(const Draft& draft, const Flow& flow, const FormTables& forms, Occupancy& occupancy);
    /// The others get registers that temporaries have, where they bring more than these.
    /// `of_locals`: what locals alone have.
    void displace(Temporaries& temporaries, const Occupancy& of_locals);

    /// Those of the whole function and those of loops.
    const std::vector<Unit>& units() const { return units_; }
    const std::vector<Unit>& loop_units() const { return loop_units_; }
    const Unit* unit_at(u32 slot, u32 node) const;
    /// The slots of locals that must be zero at the function's entry, with what lies between them:
    /// those that may be read before they are written, and references.
    void find_zeroed(u32& first, u32& count) const;
    bool is_live(const Unit& unit, u32 point) const {
        return liveness_.is_live(unit.number, point);
    }

private:
    struct Candidate {
        u32 slot = 0;
        i64 gain = 0;
        File file = File::none;
        bool is_vector = false;
    };
    /// The function, or a loop of it.
    struct Region {
        u32 first, end;  ///< blocks
        u32 parent;
        u64 written = 0;  ///< candidates
    };
    struct Choice {
        i64 gain;
        u32 region;
        u32 number;
    };
    struct Copy {
        u32 node;
        u32 from, to;
        i64 weight;
    };

    void list_locals();
    template <class Visit>
    void for_operands(const Visit& visit) const;
    void weigh_locals();
    void choose_candidates();
    void nest_regions();
    void weigh_regions();
    void weigh_calls();
    void weigh_entries();
    void weigh_exits();
    void collect_copies();
    void list_choices();
    bool is_open(const Choice& choice) const;
    void assign(const Choice& choice, Place place);
    Place best_register(const Choice& choice) const;
    Place cheapest_register(const Choice& choice, const Occupancy& others,
                            const Temporaries& temporaries) const;
    template <class Visit>
    bool all_ranges(u32 number, const Region& region, const Visit& visit) const;
    u32 begin_of(const Region& region) const { return flow_->blocks[region.first].first; }
    u32 end_of(const Region& region) const { return flow_->blocks[region.end - 1].end; }
    i64& gain(u32 region, u32 number) { return gains_[region * candidates_.size() + number]; }
    u32 number_at(u32 slot) const {
        return slot < liveness_.number_at.size() ? liveness_.number_at[slot]
                                                 : Liveness::no_candidate;
    }

    const Draft* draft_ = nullptr;
    const Flow* flow_ = nullptr;
    const FormTables* forms_ = nullptr;
    Occupancy* occupancy_ = nullptr;
    std::vector<Candidate> by_slot_;
    std::vector<Candidate> candidates_;  ///< by number
    Liveness liveness_;
    std::vector<Region> regions_;  ///< outer ones before inner ones
    std::vector<u32> region_of_;   ///< by block: the innermost
    std::vector<i64> gains_;
    std::vector<Copy> copies_;
    std::vector<Choice> choices_;
    std::vector<Unit> units_, loop_units_;
    std::array<std::vector<u32>, Liveness::candidates_max> units_of_;  ///< by number: of units_
};

}  // namespace icvm::vm
