#pragma once

#include "vm/assign/locals.hpp"

namespace icvm::vm {

/// Gives registers to locals, then to operands that are written and read within a block.
class RegisterAssignment {
public:
    void build(const Draft& draft, const Flow& flow, const FormTables& forms);

    /// Where the operands of a node are.
    using Places = std::array<Place, FormTable::operands_max>;
    const Places& places(u32 node) const { return places_[node]; }
    /// Bits by operand: those in vector registers that are a v128.
    u32 vectors(u32 node) const { return vectors_[node]; }
    const LocalAssignment& locals() const { return locals_; }
    /// An integer register is needed behind the node.
    bool integers_live_behind(u32 node) const;

private:
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

    void place_locals(const Draft& draft);
    void assign_operands(const Draft& draft, const Block& block);
    void write_operands(const Draft& draft, u32 at, const Node& node);
    void read_operands(const Draft& draft, u32 at, const Node& node);
    void close(const Open& open);
    bool accept(const Open& open, File file) const;

    const FormTables* forms_ = nullptr;
    const Flow* flow_ = nullptr;
    Occupancy occupancy_;
    LocalAssignment locals_;
    std::vector<Places> places_;
    std::vector<u8> vectors_;
    std::vector<Open> open_;
};

}  // namespace icvm::vm
