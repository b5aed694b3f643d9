#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

inline constexpr size_t chunks_max = 100;

/// Why a chunk cannot be added to those; nothing: it can.
std::optional<std::string> why_no_chunk(Bytes chunk, size_t chunks);

/// A hash of 32 bytes; nothing for other lengths.
std::optional<Sha256> hash_of_bytes(Bytes bytes);

/// IC0504: that chunk is not there.
Result<ByteVector, Failure> read_chunk(Subnet& subnet, const Canister& store, const Sha256& hash);

/// Erases them all.
void clear_chunks(Subnet& subnet, Canister& canister);

/// A record that must be there.
Result<ByteVector, Failure> stored_record(Subnet& subnet, const std::string& key);

}  // namespace icvm::replica
