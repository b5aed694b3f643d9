#pragma once

#include "vm/assign/flow.hpp"
#include "vm/base/integers.hpp"

namespace icvm::vm {

/// Where a value must be kept: from behind the instruction that writes it to the last that reads
/// it. Instruction n reads at point 2n and writes at point 2n+1.
struct Range {
    u32 begin, end;  ///< points; the end is not in it
};

/// Some locals of a function, at most 64, numbered: where each of them is live.
struct Liveness {
    static constexpr u32 candidates_max = 64;
    static constexpr u8 no_candidate = 0xFF;

    std::vector<u32> slots;                  ///< by number: the local's slot
    std::vector<u8> number_at;               ///< by slot of a local; no_candidate
    std::vector<std::vector<Range>> ranges;  ///< by number; ascending, apart

    /// `slots` and `number_at` are there.
    void build(const Draft& draft, const Flow& flow);
    /// The same without `ranges`.
    void build_sets(const Draft& draft, const Flow& flow);
    bool is_live(u32 number, u32 point) const;
    /// Bits by number.
    u64 live_into(u32 block) const { return sets_[block].in; }
    u64 live_out_of(u32 block) const { return sets_[block].out; }
    u64 written_in(u32 block) const { return sets_[block].writes; }

private:
    struct Sets {
        u64 reads = 0, writes = 0;  ///< read before written; written
        u64 in = 0, out = 0;
    };

    u64 bit_at(u32 slot) const;
    u64 reads_of(const Draft& draft, const Node& node) const;
    u64 late_reads_of(const Draft& draft, const Node& node) const;
    u64 written_by(const Draft& draft, const Node& node) const;
    void collect_sets(const Draft& draft, const Flow& flow);
    void solve(const Flow& flow);
    void make_ranges(const Draft& draft, const Flow& flow);
    void walk_back(const Draft& draft, const Flow& flow, u32 block);

    std::vector<Sets> sets_;
};

}  // namespace icvm::vm
