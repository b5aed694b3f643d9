#pragma once

/// The public face of the replica: one subnet as a deterministic state machine, on one machine,
/// with its state in a directory or in memory. Every public transition is one transaction: when it
/// returns, its effects are durable; when it fails, nothing has changed. (One exception: a canister
/// that rejects an update call by itself, IC0406, or does not answer it, IC0506, keeps the effects
/// of that call, as on the Internet Computer; Failure::is_committed tells.)

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replica/base/gzip.hpp"
#include "replica/base/principal.hpp"
#include "replica/base/reject.hpp"
#include "replica/candid/candid.hpp"
#include "replica/execution/module_info.hpp"
#include "replica/management/status.hpp"
#include "replica/state/canister.hpp"
#include "replica/state/message.hpp"
#include "replica/state/storage.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

class Replica {
public:
    /// State in `storage` (see open_directory and open_memory in replica/store).
    static Result<Replica, Failure> open(std::unique_ptr<Storage> storage, Options options);
    ~Replica();
    Replica(Replica&&) noexcept;
    Replica& operator=(Replica&&) noexcept;

    /// Whoever calls from now on; default_caller() at first.
    void set_caller(const Principal& caller);
    const Principal& caller() const;

    Result<Principal, Failure> create_canister(const std::string& name);
    Result<Receipt, Failure> install_code(const InstallCode& request);
    /// Both as one transition; request.canister is not looked at.
    Result<NewCanister, Failure> create_and_install(const std::string& name,
                                                    const InstallCode& request);
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
    /// How instructions are counted in this state.
    const vm::CostVersion& metering() const;
    /// Nanoseconds since 1970: starts at a fixed instant, moves 1 ns a round.
    u64 time_ns() const;

    struct State;

private:
    explicit Replica(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The one self-authenticating principal that calls when no other is named.
Principal default_caller();

/// State in a directory, created when absent (its parent must exist); one process at a time may
/// write: another waits up to `wait_ms`, then fails saying who holds it.
Result<std::unique_ptr<Storage>, StorageError> open_directory(const std::string& path, u32 wait_ms);
/// State in memory, gone with the object.
std::unique_ptr<Storage> open_memory();

}  // namespace icvm::replica
