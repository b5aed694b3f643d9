#pragma once

#include "vm/assign/locals.hpp"

namespace icvm::vm {

/// Gives registers to locals and temporaries: to those of both that bring most.
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
    void place_locals(const Draft& draft);
    void place_temporaries();
    void set_place(u32 node, u32 operand, Place place, bool is_vector);

    const Flow* flow_ = nullptr;
    Occupancy occupancy_;
    LocalAssignment locals_;
    std::vector<Places> places_;
    std::vector<u8> vectors_;
    Temporaries temporaries_;
};

}  // namespace icvm::vm
