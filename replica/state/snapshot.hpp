#pragma once

#include <optional>
#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/crypto/sha.hpp"
#include "replica/state/record.hpp"
#include "replica/state/storage.hpp"

namespace icvm::replica {

/// Greatest chunk of a chunk store; each is counted as one of these.
inline constexpr u64 chunk_bytes_max = 1024 * 1024;
/// Of any heap: 6 GiB, in Wasm pages.
inline constexpr u64 heap_pages_max = 98304;

class Staging;

/// Where a snapshot's state came from.
enum class SnapshotSource : u8 { taken_from_canister, metadata_upload };

/// Interface spec, "Low Wasm memory hook": when canister_on_low_wasm_memory is due.
enum class HookStatus : u8 { condition_not_satisfied, ready, executed };

/// Snapshots of one canister at most.
inline constexpr size_t snapshots_max = 10;

/// Interface spec, "Canister snapshots". Its module is in a record of its own
/// (snapshot_module_key), its memories are copies.
struct Snapshot {
    ByteVector id;  ///< a number, big-endian; the canister's id
    SnapshotSource source = SnapshotSource::taken_from_canister;
    u64 taken_at_ns = 0;
    u64 canister_version = 0;
    Sha256 module_hash{};
    MemoryId module = MemoryId::none;  ///< of one that is uploaded; else it is a record
    u64 module_bytes = 0;
    MemoryId heap = MemoryId::none;
    u64 heap_pages = 0;  ///< Wasm pages
    MemoryId stable = MemoryId::none;
    u64 stable_pages = 0;
    std::vector<vm::Value> globals;
    ByteVector certified_data;
    std::vector<Sha256> chunks;  ///< of the chunk store
    std::optional<u64> global_timer;
    std::optional<HookStatus> hook_status;

    /// Towards the canister's memory usage.
    u64 bytes() const;
    void encode(RecordWriter& out) const;
    static Snapshot decode(RecordReader& in);
};

/// With its memories and records.
void erase_stored(Staging& storage, const Snapshot& snapshot);

/// Keys in the storage.
std::string snapshot_module_key(Bytes snapshot_id);
std::string snapshot_chunk_key(Bytes snapshot_id, const Sha256& hash);

void encode_globals(RecordWriter& out, const std::vector<vm::Value>& globals);
std::vector<vm::Value> decode_globals(RecordReader& in);

}  // namespace icvm::replica
