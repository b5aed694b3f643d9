#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "replica/base/reject.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// What a method is exported as (Interface spec, "Canister module format").
enum class ExportKind : u8 { update, query, composite_query };

/// What can be known of a module without a canister: for inspect, checks and Candid.
struct ModuleInfo {
    std::array<u8, 32> hash{};  ///< SHA-256 of the bytes as given
    bool gzip = false;
    u64 wasm_bytes = 0;  ///< uncompressed
    bool memory64 = false;
    bool enhanced_persistence = false;
    std::vector<std::pair<std::string, ExportKind>> methods;   ///< in byte order of the names
    std::vector<std::string> entry_points;                     ///< "canister_init", …
    std::vector<std::string> imports;                          ///< "ic0.msg_reply", …
    std::vector<std::pair<std::string, u64>> custom_sections;  ///< name, bytes
    std::string candid;                 ///< text of candid:service; may be empty
    std::string candid_init;            ///< text of candid:args, as Motoko's compiler leaves it
    std::string compiler;               ///< "motoko 1.10.1", or empty
    std::string refusal;                ///< why a canister cannot be made of it; empty: it can
    std::optional<u32> refusal_offset;  ///< in the uncompressed module, where one place is why
    bool is_switched_off = false;  ///< refused for a part of WebAssembly that mainnet has not on
    u32 functions = 0, globals = 0, data_segments = 0;
};

/// Reads `module` (Wasm or gzip). A Reject (IC0505) only when no module can be decoded at all;
/// a module that mainnet refuses has its reason in `refusal`.
Result<ModuleInfo, Reject> inspect_module(Bytes module);

}  // namespace icvm::replica
