#pragma once

#include <array>
#include <string_view>

#include "replica/system_api/imports.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// One call of a System API function: its arguments, zero-extended, and helpers to reach the
/// canister's heap. Fee and context have been dealt with.
struct SystemCall {
    static constexpr size_t parameters_max = 8;

    const ImportRow& row;
    ExecutionContext& execution;
    vm::HostCall& host;
    std::array<u64, parameters_max> arguments{};

    u64 operator[](size_t parameter) const { return arguments[parameter]; }

    /// Bytes of the heap; `where` names the call in mainnet's text.
    Result<Bytes, ExecutionError> heap(std::string_view where, u64 address, u64 size);
    /// The `*_copy` calls: heap bounds first, then those of `source`.
    Result<u64, ExecutionError> copy(std::string_view source_name, Bytes source, u64 destination,
                                     u64 offset, u64 size);
    /// 16 bytes, little-endian.
    Result<u64, ExecutionError> write_cycles(u128 cycles, u64 destination);
    /// Instructions beyond the row's fee. An error: none are left.
    Result<void, ExecutionError> charge(u64 instructions);
    /// Why charge() has failed.
    ExecutionError out_of_budget() const;
    /// "ic0_…" cannot be executed in this mode.
    ExecutionError wrong_mode() const;
};

/// The value of the call, 0 when it has none; or why it traps.
using CallResult = Result<u64, ExecutionError>;

/// What each row of imports.def does; by family in a file each.
namespace calls {
#define IMPORT(name, ...) CallResult name(SystemCall& call);
#include "replica/system_api/imports.def"
}  // namespace calls

}  // namespace icvm::replica
