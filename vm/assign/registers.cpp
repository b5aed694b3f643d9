#include "vm/assign/registers.hpp"

namespace icvm::vm {

void RegisterAssignment::build(const Draft& draft, const Flow& flow, const FormTables& forms) {
    flow_ = &flow;
    places_.assign(flow.nodes.size(), {});
    vectors_.assign(flow.nodes.size(), 0);
    occupancy_.clear(u32(flow.nodes.size()));
    locals_.build(draft, flow, forms, occupancy_);
    const Occupancy of_locals = occupancy_;
    temporaries_.build(draft, flow, forms);
    temporaries_.place(occupancy_);
    temporaries_.index();
    locals_.displace(temporaries_, of_locals);
    temporaries_.place(occupancy_);
    place_locals(draft);
    place_temporaries();
}

void RegisterAssignment::place_locals(const Draft& draft) {
    if (locals_.units().empty()) return;
    for (u32 n = 0; n < flow_->nodes.size(); n++) {
        const Node& node = flow_->nodes[n];
        for (u32 k = 0; k < node.shape().operands; k++) {
            const Unit* unit = locals_.unit_at(slot_in(draft, node, k), n);
            if (unit == nullptr) continue;
            set_place(n, k, unit->place, unit->is_vector);
        }
    }
}

bool RegisterAssignment::integers_live_behind(u32 node) const {
    for (u32 n = 0; n < integer_registers; n++)
        if (occupancy_.is_taken(integer_register(n), 2 * node + 1)) return true;
    return false;
}

void RegisterAssignment::place_temporaries() {
    for (const Temporary& one : temporaries_.all()) {
        if (one.place == Place::slot) continue;
        const bool vector = flow_->nodes[one.node].shape().makes_vector;
        set_place(one.node, one.operand, one.place, vector);
        for (u32 n = 0; n < one.count; n++)
            set_place(one.uses[n].node, one.uses[n].operand, one.place, vector);
    }
}

void RegisterAssignment::set_place(u32 node, u32 operand, Place place, bool is_vector) {
    places_[node][operand] = place;
    vectors_[node] |= u8(u32(is_vector) << operand);
}

}  // namespace icvm::vm
