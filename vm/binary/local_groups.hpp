#pragma once

#include "vm/binary/byte_reader.hpp"
#include "vm/binary/module_limits.hpp"

namespace icvm::vm {

/// Reads the declarations of locals at the front of a body (Wasm 5.5.13): `visit(offset, count,
/// type)` sees each group, and ends the reading when it gives false; then the result is false.
template <class Visit>
Result<bool, ReadError> read_local_groups(ByteReader& reader, Visit visit) {
    const u32 groups = TRY(reader.read_u32());
    u64 count = 0;
    for (u32 i = 0; i < groups; i++) {
        const u32 offset = reader.offset();
        const u32 more = TRY(reader.read_u32());
        count += more;
        if (count > locals_max)
            return std::unexpected(ReadError{MalformedReason::too_many_locals, offset});
        const ValueType type = TRY(reader.read_value_type());
        if (!visit(offset, more, type)) return false;
    }
    return true;
}

}  // namespace icvm::vm
