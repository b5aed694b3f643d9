#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// The module of a snapshot, as it was uploaded: a record of one that was taken; of one that is
/// uploaded in slices a memory.
Result<ByteVector, Failure> snapshot_module(Subnet& subnet, const Snapshot& snapshot);

/// Bytes of a memory; zeroes where nothing was written.
Result<ByteVector, Failure> read_memory(Subnet& subnet, MemoryId memory, u64 offset, u64 size);
Result<void, Failure> write_memory(Subnet& subnet, MemoryId memory, u64 offset, Bytes bytes);

}  // namespace icvm::replica
