#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "replica/certification/certificate.hpp"
#include "replica/cycles/cost_schedule.hpp"
#include "replica/execution/canister_module.hpp"
#include "replica/execution/heap.hpp"
#include "replica/state/http_answers.hpp"
#include "replica/state/ingress_history.hpp"
#include "replica/state/message.hpp"
#include "replica/state/staging.hpp"
#include "replica/state/subnet_record.hpp"
#include "replica/system_api/context.hpp"

namespace icvm::replica {

/// What has happened since the one who waits began to look: instructions and printed lines of all
/// canisters. It is no part of the state.
struct Activity {
    u64 instructions = 0;
    std::vector<LogLine> log;
};

/// One subnet: its canisters, and what this process remembers of them. Messages change it in
/// memory; a round ends with one transaction of all that has changed, or nothing of the round has
/// happened. The caches (modules, heaps, what waits) can be made again from the state at any time.
class Subnet {
public:
    static Result<std::unique_ptr<Subnet>, Failure> open(std::unique_ptr<Storage> storage,
                                                         Options options);
    Subnet(const Subnet&) = delete;

    /// What HTTPS outcalls are answered with; nothing: they are refused. No part of the state.
    std::optional<HttpAnswers> http_answers;

    // Facts.
    const Options& options() const { return options_; }
    /// How instructions are counted here.
    const vm::CostVersion& metering() const { return *metering_; }
    const CostSchedule& schedule() const { return *schedule_; }
    u64 time_ns() const { return record_.time_ns(); }
    const SubnetRecord& record() const { return record_; }
    const std::map<Principal, Canister>& canisters() const { return canisters_; }
    /// nullptr: there is none.
    const Canister* find(const Principal& id) const;
    /// By its alias.
    const Canister* find(const std::string& name) const;
    const IngressHistory& ingress_history() const { return ingress_; }
    const ManagementQueue& management() const { return management_; }

    // Rounds.
    void begin_round();
    /// Durable when it returns; after an error nothing of the round has happened.
    Result<void, Failure> end_round();
    /// Nothing of the round has happened.
    Result<void, Failure> abandon_round();
    /// Before anything else is done: reads the state again when that has failed.
    Result<void, Failure> recover();
    Activity activity;

    // The certified state (Interface spec, "Certification"), as the last round has left it.
    /// Of a canister's certified data and the time; not signed (certification/certificate.hpp).
    ByteVector data_certificate(const Principal& id);
    /// Of what is at these paths.
    Result<ByteVector, Failure> certificate_of(std::vector<LabelPath> paths);

    // Changes, within a round.
    /// A canister that is there, to be changed in these parts.
    Canister& change(const Principal& id, Part part = Part::canister);
    /// Marks a further part as changed.
    void mark(const Canister& canister, Part part);
    Canister& add(Canister canister);
    /// With all that is stored of it.
    void remove(const Principal& id);
    Principal new_canister_id();
    MemoryId new_memory() { return MemoryId(record_.next_memory++); }
    SubnetRecord& change_record() { return record_; }
    ManagementQueue& change_management() { return management_; }
    IngressStatus& change_ingress(const MessageId& id);
    void forget_ingress(const MessageId& id);
    MessageId new_message_id();
    Staging& storage() { return storage_; }
    /// Changed pages of a bound heap become those of the canister's heap, for good.
    void keep_heap(const Canister& canister, Heap& heap, std::span<const u64> pages);

    // What is due: derived from the canisters.
    /// Canisters whose queues are not empty, in the order of their ids.
    const std::set<Principal>& waiting() const { return waiting_; }
    const std::set<Principal>& with_heartbeat() const { return with_heartbeat_; }
    const std::set<std::pair<u64, Principal>>& timers() const { return timers_; }
    const std::set<Principal>& with_low_memory() const { return with_low_memory_; }
    const std::set<Principal>& with_deadlines() const { return with_deadlines_; }
    /// After the canister's queues, timer or module have changed.
    void refresh(const Canister& canister);

    // What the canisters take of the subnet (docs/mainnet.md, "Limits").
    /// What is left for an execution that begins now.
    MemoryRoom memory_room(Context context) const;
    MessageRoom message_room(const Canister& canister) const;
    /// An execution has taken so much for heap and stable memory.
    void note_memory_taken(u64 bytes) {
        if (memory_is_counted_) memory_taken_ += bytes;
    }
    /// The canisters that have changed are asked again.
    void forget_memory_taken() { memory_is_counted_ = false; }
    u64 guaranteed_message_bytes() const { return guaranteed_message_bytes_; }
    u64 callbacks() const { return callbacks_; }

    // Modules and heaps.
    /// Makes it, unless this process has done so before.
    Result<std::shared_ptr<const CanisterModule>, ExecutionError> make_module(Bytes uploaded);
    /// The module of a canister that is not empty.
    Result<std::shared_ptr<const CanisterModule>, Failure> module_of(const Canister& canister);
    /// The bytes as uploaded; nothing for an empty canister.
    Result<std::optional<ByteVector>, Failure> module_bytes(const Principal& id);
    /// Its heap as committed. Valid as long as it has users, and else until the next call of
    /// heap_of or put_heap.
    Result<Heap*, Failure> heap_of(const Canister& canister, const CanisterModule& module);
    /// Another one with the same contents, for an execution beside one that is under way.
    Result<Heap, Failure> copy_of_heap(const Canister& canister, const CanisterModule& module);
    /// Makes it equal to what is committed, after an execution whose changes are not.
    void rollback_heap(const Principal& id);
    /// Remembers the heap that install_code has made.
    void put_heap(const Principal& id, Heap heap);
    void drop_heap(const Principal& id);

private:
    Subnet(std::unique_ptr<Storage> storage, Options options)
        : storage_(std::move(storage)), options_(std::move(options)) {}
    Result<void, Failure> load();
    Result<void, Failure> load_canister(const std::string& key);
    Result<void, Failure> convert(Canister& canister);
    Result<void, Failure> load_ingress();
    void stage_records();
    /// The one transaction of a round.
    Result<void, StorageError> store();
    void forget_heaps();
    void note_timer(const Canister& canister);
    void note_messages(const Canister& canister);
    void note_memory(const Canister& canister) const;
    void count_memory() const;
    StateTree& state_tree();
    StateView state_view();
    Result<Metadata, StorageError> metadata_of(const Principal& id);

    Staging storage_;
    Options options_;
    SubnetRecord record_;
    const vm::CostVersion* metering_ = nullptr;
    const CostSchedule* schedule_ = nullptr;
    std::map<Principal, Canister> canisters_;
    IngressHistory ingress_;
    ManagementQueue management_;
    std::map<std::string, Principal> names_;  ///< aliases, none of them empty
    std::map<Principal, u8> changed_;         ///< bits of Part
    std::set<MessageId> changed_ingress_;
    bool had_management_ = false;    ///< in the storage
    bool is_loaded_ = true;          ///< all of the state; false: reading it again has failed
    std::optional<StateTree> tree_;  ///< made when somebody asks for a certificate

    std::set<Principal> waiting_, with_heartbeat_, with_low_memory_, with_deadlines_;
    std::set<std::pair<u64, Principal>> timers_;
    u64 guaranteed_message_bytes_ = 0, callbacks_ = 0;  ///< of all canisters
    // Heaps and all, or what is allocated: of all canisters, as noted of each.
    mutable u64 memory_noted_ = 0;
    mutable u64 memory_taken_ = 0;  ///< with what executions have taken since
    mutable bool memory_is_counted_ = false;

    std::map<Sha256, std::shared_ptr<const CanisterModule>> modules_;
    std::map<Principal, Heap> heaps_;
};

}  // namespace icvm::replica
