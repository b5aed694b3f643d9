#pragma once

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
    void emit_operation(const Node& node, const void* handler, u64 fields);
    void copy_half_slot(const Node& node);
    void copy_vectors(u32 index, bool to_place);
    void emit_copy(bool is_vector, u32 slot, Place place, bool to_place);
    const void* choose(Operation operation, RegisterAssignment::Places& places, u64& fields,
                       u32 operands) const;
    void emit_header_site(const Block& block);
    void emit_sites(const Node& node);
    void aim_targets();

    const HandlerTable& handlers_;
    const FormTables& forms_;
    const Draft* draft_ = nullptr;
    const Flow* flow_ = nullptr;
    const RegisterAssignment* registers_ = nullptr;
    std::vector<Cell>* cells_ = nullptr;
    std::vector<Site>* sites_ = nullptr;
    size_t next_site_ = 0;
    std::vector<u32> block_cells_;
    struct Target {
        u32 cell;   ///< to be filled in
        u32 block;  ///< with the distance to it
    };
    std::vector<Target> targets_;
};

}  // namespace icvm::vm
