#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/crypto/sha.hpp"
#include "replica/state/calls.hpp"
#include "replica/state/canister_history.hpp"
#include "replica/state/canister_log.hpp"
#include "replica/state/settings.hpp"
#include "replica/state/snapshot.hpp"
#include "replica/state/storage.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// Interface spec, "Canister lifecycle"; the numbers are those of ic0.canister_status.
enum class Status : u8 { running = 1, stopping, stopped };

/// What install_code has put into a canister: its module, and the state that goes with it.
struct InstalledCode {
    Sha256 module_hash{};  ///< of the bytes as uploaded
    u64 module_bytes = 0;  ///< as uploaded
    bool enhanced_persistence = false;
    u64 custom_section_bytes = 0;  ///< of the icp: sections, names included
    MemoryId heap = MemoryId::none;
    bool has_heap = false;  ///< the module has a memory
    u64 heap_pages = 0;     ///< Wasm pages
    MemoryId stable = MemoryId::none;
    u64 stable_pages = 0;            ///< Wasm pages
    std::vector<vm::Value> globals;  ///< of the globals that the module defines, in order
    bool memory64 = false;
    // Entry points that the system calls.
    bool has_heartbeat = false;
    bool has_global_timer = false;
    bool has_low_memory_hook = false;
};

/// Cycles of a new canister (provisional_create_canister_with_cycles).
inline constexpr u128 cycles_default = 100'000'000'000'000;

inline constexpr size_t certified_data_bytes_max = 32;

/// Cycles that a canister has consumed since its creation (IC method canister_metrics).
struct ConsumedCycles {
    u128 memory = 0;
    u128 compute_allocation = 0;
    u128 ingress_induction = 0;
    u128 instructions = 0;
    u128 transmission = 0;
    u128 uninstall = 0;
    u128 creation = 0;
    u128 http_outcalls = 0;
    u128 burned = 0;

    u128 total() const {
        return memory + compute_allocation + ingress_induction + instructions + transmission +
               uninstall + creation + http_outcalls + burned;
    }
};

/// What a canister uploads in parts (Interface spec, "Canister wasm chunk store"): the hashes of
/// the chunks, in byte order; their bytes are records (chunk_key).
using ChunkStore = std::set<Sha256>;

/// A canister. Its record keeps all but the parts below, which have records of their own; pages,
/// the module's bytes and chunks are elsewhere in the storage.
struct Canister {
    Principal id;
    std::string name;         ///< local alias; may be empty
    std::string module_path;  ///< where the module's file came from; may be empty
    Status status = Status::running;
    u64 version = 0;
    Settings settings;
    u64 created_round = 0;
    u128 cycles = cycles_default;
    u128 reserved_cycles = 0;
    ConsumedCycles consumed;
    u64 charged_until_ns = 0;   ///< resources are paid up to this time
    ByteVector certified_data;  ///< at most certified_data_bytes_max
    u64 global_timer = 0;       ///< nanoseconds since 1970; 0: off
    HookStatus low_memory_hook = HookStatus::condition_not_satisfied;
    std::optional<InstalledCode> code;  ///< nothing: the canister is empty
    u64 next_snapshot = 0;

    // Parts.
    Calls calls;
    CanisterLog log;
    CanisterHistory history;
    ChunkStore chunks;
    std::vector<Snapshot> snapshots;  ///< in the order of their creation
    u8 stored_parts = 0;              ///< bits of Part: those that there are records of
    /// Its record is of version 1: what its module tells is not in `code` yet.
    bool is_of_version_1 = false;

    /// What the subnet has noted of it (Subnet::refresh): no part of the state.
    struct Noted {
        bool waits = false, beats = false, is_low = false, has_deadlines = false;
        u8 changed = 0;  ///< in this round: bits of Part
        u64 timer = 0;
        u64 callbacks = 0;
        u64 guaranteed_bytes = 0;  ///< of its message memory
        u64 memory_bytes = 0;      ///< that it holds
    };
    mutable Noted noted;

    bool is_controller(const Principal& principal) const;
    const std::vector<Principal>& controllers() const { return settings.controllers; }
    /// For people: its alias, else its id.
    std::string label() const { return name.empty() ? id.text() : name; }
};

/// The parts of a canister that have records of their own, as bits; and what the state tree shows
/// of it beside what the history tells.
enum class Part : u8 {
    canister = 1,
    calls = 2,
    log = 4,
    history = 8,
    chunks = 16,
    snapshots = 32,
    certified = 64,
};

/// Bytes that count towards the canister's memory usage (docs/mainnet.md, "Cycles").
u64 memory_usage_bytes(const Canister& canister);

/// The canister's own record.
ByteVector encode(const Canister& canister);
/// Nothing when the bytes are damaged, or of another version of the format.
std::optional<Canister> decode_canister(Bytes bytes);
/// A part's record; empty when the part is.
ByteVector encode_part(const Canister& canister, Part part);
/// False: the bytes are damaged.
bool decode_part(Canister& canister, Part part, Bytes bytes);
inline constexpr Part record_parts[] = {Part::calls, Part::log, Part::history, Part::chunks,
                                        Part::snapshots};

/// Keys in the storage.
inline constexpr std::string_view canister_key_prefix = "canister/";
std::string canister_key(const Principal& id);
std::string module_key(const Principal& id);
std::string part_key(Part part, const Principal& id);
std::string chunk_key(const Principal& id, const Sha256& hash);

}  // namespace icvm::replica
