#pragma once

#include <array>
#include <span>

#include "vm/assign/registers.hpp"

namespace icvm::vm {

/// Writes the final cells of a function: chooses the handlers of all nodes for the places of their
/// operands, and copies operands where an operation has no such form.
class Emitter {
public:
    Emitter(const HandlerTable& handlers, const FormTables& forms)
        : handlers_(handlers), forms_(forms) {}

    /// `cells` and `sites` are overwritten.
    void emit(const Draft& draft, const Flow& flow, const RegisterAssignment& registers,
              std::vector<Cell>& cells, std::vector<Site>& sites);

private:
    void emit_entry();
    void emit_node(u32 index);
    bool is_idle_copy(u32 index) const;
    void emit_call(u32 index);
    u32 begin(Operation operation, std::span<const Place> places, const void* handler, u64 fields);
    bool join(Operation operation, std::span<const Place> places, u64 fields);
    bool is_apart(std::span<const Place> places, u64 fields) const;
    void push_fields(u64 fields);
    void emit_operands(const Node& node, u32 start, u64 fields);
    void emit_loads(u32 header);
    bool is_stored(const Unit& unit, u32 from, u32 to) const;
    bool stores_any(u32 from, u32 to) const;
    void emit_stores(u32 from, u32 to);
    void emit_stubs();
    void emit_stub_site(u32 header, u32 cell);
    void emit_copy(const Unit& unit, bool to_place);
    void copy_half_slot(u32 index);
    void copy_vectors(u32 index, bool to_place);
    void emit_copy(bool is_vector, u32 slot, Place place, bool to_place);
    const void* choose(Operation operation, RegisterAssignment::Places& places, u64& fields,
                       u32 operands) const;
    void emit_header_site(const Block& block);
    void emit_sites(const Node& node, u32 start);
    void aim(u32 cell, u32 block);
    void aim_targets();
    const LocalAssignment& locals() const { return registers_->locals(); }

    const HandlerTable& handlers_;
    const FormTables& forms_;
    const Draft* draft_ = nullptr;
    const Flow* flow_ = nullptr;
    const RegisterAssignment* registers_ = nullptr;
    std::vector<Cell>* cells_ = nullptr;
    std::vector<Site>* sites_ = nullptr;
    size_t next_site_ = 0;
    /// The instruction before, when it may be the first of a sequence.
    struct First {
        Operation operation;
        std::array<Place, 2> places;
        u32 start, end;  ///< in cells_; an end of 0: there is none
    };
    First first_{};
    bool swaps_ = false;  ///< the sequence's two change places
    std::vector<u32> block_cells_;
    u32 block_ = 0;
    struct Target {
        u32 cell;   ///< to be filled in …
        u32 index;  ///< … with the distance to a block, or a stub
        bool is_stub;
    };
    std::vector<Target> targets_;
    /// The way from one block to another on which registers are stored.
    struct Stub {
        u32 from, to;
    };
    std::vector<Stub> stubs_;
    std::vector<u32> stub_cells_;
    std::vector<u32> stub_of_;  ///< by target: the last stub made for it
};

}  // namespace icvm::vm
