#pragma once

/// The public face of the replica: one subnet as a deterministic state machine, on one machine,
/// with its state in a directory or in memory. It moves in rounds; each is one transaction: when a
/// public transition returns, its rounds are durable. A transition that fails has changed nothing,
/// but for what canisters did and did not undo (Failure::is_committed), their logs and cycles.

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
#include "replica/cycles/cost_schedule.hpp"
#include "replica/execution/module_info.hpp"
#include "replica/management/status.hpp"
#include "replica/state/canister.hpp"
#include "replica/state/holdings.hpp"
#include "replica/state/http_answers.hpp"
#include "replica/state/ingress_history.hpp"
#include "replica/state/message.hpp"
#include "replica/state/storage.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

class Subnet;

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
    /// What HTTPS outcalls are answered with from now on; at first they are refused.
    void set_http_answers(HttpAnswers answers);

    Result<Principal, Failure> create_canister(const std::string& name);
    Result<Receipt, Failure> install_code(const InstallCode& request);
    /// Both as one transition; request.canister is not looked at.
    Result<NewCanister, Failure> create_and_install(const std::string& name,
                                                    const InstallCode& request);
    /// An update call: rounds until it is answered. (The management canister is one to call, too.)
    Result<Reply, Failure> update(const Call& call);
    Result<Reply, Failure> query(const Call& call);
    /// Waits for the canister's open calls, as update() does.
    Result<Receipt, Failure> stop_canister(const Principal& id);
    Result<Receipt, Failure> start_canister(const Principal& id);
    Result<Receipt, Failure> uninstall_code(const Principal& id);
    Result<Receipt, Failure> delete_canister(const Principal& id);

    /// An update call that is only put into its queue. `id`: nothing gives it a number.
    Result<MessageId, Failure> submit(const Call& call, std::optional<MessageId> id = {},
                                      u64 expiry_ns = 0);
    /// nullptr: nothing is known of it, or nothing any more.
    const IngressStatus* message_status(const MessageId& id) const;
    const IngressHistory& messages() const;
    /// Rounds until it is answered; the answer is forgotten then.
    Result<Reply, Failure> await(const MessageId& id);
    /// One round.
    Result<Receipt, Failure> tick();
    /// Moves time; what becomes due happens in the next round.
    Result<Receipt, Failure> advance_time(u64 ns);
    /// Nothing waits in any queue.
    bool is_idle() const;

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
    /// How cycles are charged in this state.
    const CostSchedule& schedule() const;
    /// Nanoseconds since 1970: starts at a fixed instant, moves 1 ns a round.
    u64 time_ns() const;
    /// nullptr: there is no such canister. Valid until the next transition.
    const Canister* canister(const Principal& id) const;
    /// The state itself, for who examines it.
    const Subnet& subnet() const;

    struct State;

private:
    explicit Replica(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The interface of the management canister, Principal(), which can be called as any other.
std::shared_ptr<const candid::ServiceDescription> management_interface();

/// The one self-authenticating principal that calls when no other is named.
Principal default_caller();

/// State in a directory, created when absent (its parent must exist); one process at a time may
/// write: another waits up to `wait_ms`, then fails saying who holds it.
Result<std::unique_ptr<Storage>, StorageError> open_directory(const std::string& path, u32 wait_ms);
/// State in memory, gone with the object.
std::unique_ptr<Storage> open_memory();

}  // namespace icvm::replica
