#pragma once

#include <optional>
#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/crypto/sha.hpp"
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
};

/// Cycles of a new canister (provisional_create_canister_with_cycles).
inline constexpr u128 cycles_default = 100'000'000'000'000;

inline constexpr size_t certified_data_bytes_max = 32;

/// A canister, as its record keeps it. Pages and the module's bytes are elsewhere in the storage.
struct Canister {
    Principal id;
    std::string name;         ///< local alias; may be empty
    std::string module_path;  ///< where the module's file came from; may be empty
    Status status = Status::running;
    u64 version = 0;
    std::vector<Principal> controllers;
    u64 created_round = 0;
    u128 cycles = cycles_default;
    ByteVector certified_data;          ///< at most certified_data_bytes_max
    u64 global_timer = 0;               ///< nanoseconds since 1970; 0: off
    std::optional<InstalledCode> code;  ///< nothing: the canister is empty

    bool is_controller(const Principal& principal) const;
};

/// Bytes that count towards the canister's memory usage (docs/mainnet.md, "Cycles").
u64 memory_usage_bytes(const Canister& canister);

ByteVector encode(const Canister& canister);
/// Nothing when the bytes are damaged, or of another version of the format.
std::optional<Canister> decode_canister(Bytes bytes);

/// Keys in the storage.
inline constexpr std::string_view canister_key_prefix = "canister/";
std::string canister_key(const Principal& id);
std::string module_key(const Principal& id);

}  // namespace icvm::replica
