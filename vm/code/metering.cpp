#include "vm/code/metering.hpp"

namespace icvm::vm {

void set_half(Cell& cell, Half half, u32 value) {
    if (half == Half::low)
        cell = (cell & 0xFFFFFFFF00000000) | value;
    else
        cell = (cell & 0xFFFFFFFF) | (u64(value) << 32);
}

void Metering::begin(u32 function_entry) {
    overflown_ = false;
    open_loop();
    cost_ = function_entry;
}

void Metering::open(i64 before) {
    before_ = before;
    cost_ = 0;
    operators_ = 0;
    fixed_start_ = false;
    settled_ = false;
}

void Metering::open_loop() {
    open(0);
    fixed_start_ = true;
    settled_ = true;
}

i64 Metering::close() {
    const i64 position = fixed_start_ ? 0 : before_ + cost_;
    if (cost_ > position_max || position > position_max) overflown_ = true;
    for (const Field field : fields_) set_half(cells_[field.cell], field.half, u32(position));
    for (const u32 site : waiting_sites_) sites_[site].position = i32(position);
    fields_.clear();
    waiting_sites_.clear();
    closed_cost_ = cost_;
    return settled_ ? 0 : position;
}

void Metering::put_position(u32 cell, Half half) {
    set_half(cells_[cell], half, 0);
    if (!settled_) fields_.push_back({cell, half});
}

void Metering::put_position_of_last_site() {
    sites_.back().position = 0;
    if (!settled_) waiting_sites_.push_back(u32(sites_.size() - 1));
}

}  // namespace icvm::vm
