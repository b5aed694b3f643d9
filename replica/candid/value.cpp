#include "replica/candid/value.hpp"

namespace icvm::replica::candid {

void Values::add(const Integer& integer, u32 position) {
    if (const auto small = integer.as_i64()) {
        add(ValueKind::number, u64(*small), position);
        return;
    }
    add(integer.negative ? ValueKind::negative : ValueKind::large, Bytes(integer.magnitude),
        position);
}

Integer Values::integer(const Value& value) const {
    if (value.kind == ValueKind::number) return integer_of(i64(value.bits));
    const Bytes magnitude = bytes(value);
    return {value.kind == ValueKind::negative, {magnitude.begin(), magnitude.end()}};
}

size_t Values::parts(u32 index) const {
    size_t count = 0;
    for (u32 part = index + 1; part < values_[index].end; part = values_[part].end) count++;
    return count;
}

}  // namespace icvm::replica::candid
