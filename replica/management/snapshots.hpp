#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// What taking or loading a snapshot executes beside a unit a byte.
inline constexpr u64 snapshot_instructions = 2'000'000'000;

/// "<canister>-<number>".
std::string snapshot_text(Bytes id);

/// A canister's snapshot. IC0305, or IC0406 when it is another's.
Result<const Snapshot*, Failure> find_snapshot(const Subnet& subnet, const Canister& canister,
                                               Bytes id);
/// Of any canister, which is told with it; nothing when there is none.
std::optional<std::pair<const Canister*, const Snapshot*>> find_snapshot(const Subnet& subnet,
                                                                         Bytes id);

/// What must hold before there is a new snapshot of so many bytes: a place for it, cycles for its
/// memory, and for making it, which are taken.
Result<void, Failure> admit_snapshot(Subnet& subnet, Canister& canister, const Principal& caller,
                                     const std::optional<ByteVector>& replaced, u64 bytes);

/// Gives it an id, and removes the one that it replaces.
Snapshot& add_snapshot(Subnet& subnet, Canister& canister, Snapshot snapshot,
                       const std::optional<ByteVector>& replaced);

/// The globals that snapshots tell: those that are exported or mutable, by index.
std::vector<u32> visible_globals(const vm::Module& module);

}  // namespace icvm::replica
