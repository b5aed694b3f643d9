#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/base/reject.hpp"
#include "replica/crypto/sha.hpp"
#include "replica/state/storage.hpp"

namespace icvm::replica {

enum class InstallMode : u8 { install, reinstall, upgrade };
enum class WasmMemoryPersistence : u8 { keep, replace };

/// Instructions so far and the limit of a long execution; return false to interrupt it
/// (the message is rolled back, its transition fails with Failure::interrupted).
using Progress = std::function<bool(u64 instructions, u64 limit)>;

/// What a subnet has room for (docs/mainnet.md, "Limits"). Smaller than mainnet's, what is rare
/// there happens in small worlds.
struct SubnetCapacity {
    u64 memory_bytes = 2ull << 40;
    /// Bytes in use above which storage is paid for beforehand.
    u64 storage_threshold_bytes = 750ull << 30;
    u64 callbacks = 1'000'000;
    u64 ingress_messages = 600'000;  ///< whose status is known
};

struct Options {
    /// How a new state counts instructions, for good; nullptr: vm::default_costs. One that is there
    /// counts as it was created.
    const vm::CostVersion* metering = nullptr;
    /// Name of the CostSchedule by which a new state charges cycles, for good; empty: "free".
    std::string cycles{};
    bool guard = true;       ///< guard pages and the fault handler; off: bounds checks only
    Progress progress;       ///< called about ten times a second of execution
    u64 slice = 20'000'000;  ///< instructions between two calls of progress
    /// Of one round at most; what is left waits for the next one. (mainnet's four threads have 7
    /// billion each.)
    u64 round_instructions = 28'000'000'000;
    SubnetCapacity capacity{};
};

/// A line that a canister has printed.
struct LogLine {
    std::string canister;  ///< its alias, else its id
    std::string text;
};

/// A transition did not happen.
struct Failure {
    /// unanswered: the call was made, and nothing is left to do that would answer it.
    enum class Kind : u8 { reject, storage, interrupted, unanswered } kind = Kind::reject;
    Reject reject{};         ///< kind reject
    StorageError storage{};  ///< kind storage
    std::string stage{};     ///< install_code: "canister_pre_upgrade", "start", …; else empty
    u64 instructions = 0;    ///< what was executed before it failed
    /// An update call that failed, and yet changed the canister: what it did was committed.
    bool is_committed = false;
    std::vector<LogLine> log{};       ///< lines that canisters printed meanwhile
    std::optional<Sha256> message{};  ///< kind unanswered: the id of the ingress message
};

inline Failure failure_of(Reject reject) {
    return {.kind = Failure::Kind::reject, .reject = std::move(reject)};
}

inline Failure failure_of(StorageError error) {
    return {.kind = Failure::Kind::storage, .storage = std::move(error)};
}

struct InstallCode {
    Principal canister{};
    InstallMode mode = InstallMode::install;
    ByteVector module{};    ///< as uploaded: Wasm, or one gzip member
    ByteVector argument{};  ///< Candid bytes
    bool skip_pre_upgrade = false;
    std::optional<WasmMemoryPersistence> wasm_memory_persistence{};
    /// Remembered beside the canister: where the file came from; may be empty.
    std::string module_path{};
    u64 assembly_instructions = 0;  ///< of putting the module together from chunks
};

struct Receipt {    ///< of a transition that succeeded
    u64 round = 0;  ///< number of the round it happened in
    u64 instructions = 0;
    std::vector<LogLine> log;  ///< what canisters printed
};

struct NewCanister {
    Principal id;
    Receipt receipt;  ///< of its installation
};

struct Call {
    Principal canister;
    std::string method;
    ByteVector argument;
};

struct Reply {
    ByteVector bytes;
    Receipt receipt;
};

}  // namespace icvm::replica
