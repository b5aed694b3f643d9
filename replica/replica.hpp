#pragma once

/// The public face of the replica: one subnet as a deterministic state machine, on one machine,
/// with its state in a directory or in memory. Every public transition is one transaction: when it
/// returns, its effects are durable; when it fails, nothing has changed.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/base/reject.hpp"
#include "replica/candid/candid.hpp"
#include "replica/state/storage.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

enum class InstallMode : u8 { install, reinstall, upgrade };
enum class WasmMemoryPersistence : u8 { keep, replace };
enum class Status : u8 { running = 1, stopping, stopped };

/// Instructions so far and the limit of a long execution; return false to interrupt it
/// (the message is rolled back, its transition fails with Failure::interrupted).
using Progress = std::function<bool(u64 instructions, u64 limit)>;

struct Options {
    bool guard = true;       ///< guard pages and the fault handler; off: bounds checks only
    Progress progress;       ///< called about ten times a second of execution
    u64 slice = 20'000'000;  ///< instructions between two calls of progress
};

/// A transition did not happen.
struct Failure {
    enum class Kind : u8 { reject, storage, interrupted } kind = Kind::reject;
    Reject reject{};         ///< kind reject
    StorageError storage{};  ///< kind storage
    std::string stage{};     ///< install_code: "canister_pre_upgrade", "start", …; else empty
    u64 instructions = 0;    ///< what was executed before it failed
    std::vector<std::string> log{};  ///< lines that the canister printed meanwhile
};

struct InstallCode {
    Principal canister;
    InstallMode mode = InstallMode::install;
    ByteVector module;    ///< as uploaded: Wasm, or one gzip member
    ByteVector argument;  ///< Candid bytes
    bool skip_pre_upgrade = false;
    std::optional<WasmMemoryPersistence> wasm_memory_persistence;
    std::string
        module_path;  ///< remembered beside the canister: where the file came from; may be empty
};

struct Receipt {    ///< of a transition that succeeded
    u64 round = 0;  ///< number of the round it happened in
    u64 instructions = 0;
    std::vector<std::string> log;  ///< what the canister printed
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

/// What a method is exported as (Interface spec, "Canister module format").
enum class ExportKind : u8 { update, query, composite_query };

struct CanisterStatus {
    Principal id;
    std::string name;  ///< local alias; may be empty
    Status status = Status::running;
    u64 version = 0;
    std::optional<std::array<u8, 32>> module_hash;
    u64 module_bytes = 0;  ///< as uploaded
    std::string module_path;
    std::vector<Principal> controllers;
    u64 heap_bytes = 0;
    u64 stable_bytes = 0;
    bool enhanced_persistence = false;  ///< has the enhanced-orthogonal-persistence section
    u128 cycles = 0;
};

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
    std::string candid;    ///< text of candid:service; may be empty
    std::string compiler;  ///< "motoko 1.10.1", or empty
    std::string refusal;   ///< why a canister cannot be made of it; empty: it can
    u32 functions = 0, globals = 0, data_segments = 0;
};

class Replica {
public:
    /// State in `storage` (see open_directory and open_memory in replica/store).
    static Result<Replica, Failure> open(std::unique_ptr<Storage> storage, Options options);
    ~Replica();
    Replica(Replica&&) noexcept;

    /// Whoever calls from now on; default_caller() at first.
    void set_caller(const Principal& caller);
    const Principal& caller() const;

    Result<Principal, Failure> create_canister(const std::string& name);
    Result<Receipt, Failure> install_code(const InstallCode& request);
    Result<Reply, Failure> update(const Call& call);
    Result<Reply, Failure> query(const Call& call);
    Result<Receipt, Failure> stop_canister(const Principal& id);
    Result<Receipt, Failure> start_canister(const Principal& id);
    Result<Receipt, Failure> uninstall_code(const Principal& id);
    Result<Receipt, Failure> delete_canister(const Principal& id);

    std::optional<Principal> find_by_name(const std::string& name) const;
    Result<CanisterStatus, Failure> canister_status(const Principal& id) const;
    /// All canisters in the order of their ids.
    std::vector<Principal> canisters() const;
    /// The installed module's bytes as uploaded; nothing for an empty canister.
    Result<std::optional<ByteVector>, Failure> module_bytes(const Principal& id) const;
    /// Of the installed module; nothing for an empty canister.
    Result<std::optional<ModuleInfo>, Failure> module_info(const Principal& id) const;
    /// Nanoseconds since 1970: starts at a fixed instant, moves 1 ns a round.
    u64 time_ns() const;

    struct State;

private:
    explicit Replica(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The one self-authenticating principal that calls when no other is named.
Principal default_caller();

/// Reads `module` (Wasm or gzip). A Reject (IC0505) only when no module can be decoded at all;
/// a module that mainnet refuses has its reason in `refusal`.
Result<ModuleInfo, Reject> inspect_module(Bytes module);

/// State in a directory, created when absent (its parent must exist); one process at a time may
/// write: another waits up to `wait_ms`, then fails saying who holds it.
Result<std::unique_ptr<Storage>, StorageError> open_directory(const std::string& path, u32 wait_ms);
/// State in memory, gone with the object.
std::unique_ptr<Storage> open_memory();

}  // namespace icvm::replica
