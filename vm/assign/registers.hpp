#pragma once

#include <array>

#include "vm/assign/liveness.hpp"
#include "vm/compile/forms.hpp"

namespace icvm::vm {

/// Gives registers to locals and to operands: the heaviest locals first, then operands that are
/// written and read within a block.
class RegisterAssignment {
public:
    void build(const Draft& draft, const Flow& flow, const FormTables& forms);

    /// Where the operands of a node are.
    using Places = std::array<Place, FormTable::operands_max>;
    const Places& places(u32 node) const { return places_[node]; }
    /// Bits by operand: those in vector registers that are a v128.
    u32 vectors(u32 node) const { return vectors_[node]; }

    struct Local {
        u32 slot;
        Place place;
        u32 number;      ///< of Liveness
        bool is_vector;  ///< a v128
    };
    /// Those that have a register.
    const std::vector<Local>& locals() const { return locals_; }
    const Liveness& liveness() const { return liveness_; }
    const Local* local_at(u32 slot) const;
    /// An integer register is needed behind the node.
    bool integers_live_behind(u32 node) const;

private:
    /// What is known of a local while it is weighed.
    struct Candidate {
        u32 slot = 0;
        i64 gain = 0;
        File file = File::none;
        bool is_vector = false;
    };
    /// An operand between its writing and its last reading.
    struct Open {
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
    };
    using Busy = std::vector<u64>;

    // Locals.
    void list_locals(const Draft& draft);
    void weigh_locals(const Draft& draft, const Flow& flow);
    void weigh_operand(u32 slot, const FormTable& table, u32 operand, i64 weight);
    void choose_candidates();
    void weigh_crossings(const Draft& draft, const Flow& flow);
    void collect_copies(const Draft& draft, const Flow& flow);
    void assign_locals();
    Place best_register(u32 number) const;
    void place_locals(const Draft& draft, const Flow& flow);
    // Operands.
    void assign_operands(const Draft& draft, const Flow& flow, const Block& block);
    void write_operands(const Draft& draft, u32 at, const Node& node);
    void read_operands(const Draft& draft, u32 at, const Node& node);
    void close(const Open& open);
    bool accept(const Open& open, File file) const;
    bool take(Place place, Range range);
    bool is_free(const Busy& busy, Range range) const;
    static void fill(Busy& busy, Range range);
    Busy& busy_of(Place place) { return busy_[u32(place)]; }

    const FormTables* forms_ = nullptr;
    const Flow* flow_ = nullptr;
    std::vector<Candidate> by_slot_;
    std::vector<Candidate> candidates_;  ///< by number of liveness_
    /// A copy from one candidate to another is nothing when both have the same register.
    struct Copy {
        u32 from, to;
        i64 weight;
    };
    std::vector<Copy> copies_;
    Liveness liveness_;
    std::vector<Local> locals_;
    std::vector<u8> local_at_;  ///< by slot: the index in locals_, plus one
    std::vector<Places> places_;
    std::vector<u8> vectors_;
    std::vector<Open> open_;
    std::array<Busy, place_count> busy_;
};

}  // namespace icvm::vm
