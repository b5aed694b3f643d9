#include <algorithm>
#include <limits>

#include "vm/runtime/instance.hpp"

namespace icvm::vm {

namespace {

u64 greatest_size(const Limits& limits) {
    const u64 addressable = limits.address_type == AddressType::i32
                                ? std::numeric_limits<u32>::max()
                                : std::numeric_limits<u64>::max();
    const u64 declared = limits.has_maximum ? limits.maximum : addressable;
    return std::min({declared, addressable, table_elements_max});
}

}  // namespace

u64 TableInstance::grow(u64 delta, u64 reference) {
    const u64 old_size = size;
    const u64 size_max = greatest_size(type.limits);
    if (old_size > size_max || delta > size_max - old_size) return std::numeric_limits<u64>::max();
    if (store_elements_left) {
        if (delta > *store_elements_left) return std::numeric_limits<u64>::max();
        *store_elements_left -= delta;
    }
    storage.resize(old_size + delta, reference);
    elements = storage.data();
    size = storage.size();
    return old_size;
}

}  // namespace icvm::vm
