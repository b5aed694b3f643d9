#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "replica/execution/canister_module.hpp"
#include "replica/execution/heap.hpp"
#include "replica/state/message.hpp"
#include "replica/state/subnet_record.hpp"

namespace icvm::replica {

/// What one message has changed; it is committed at once, or not at all.
struct Changes {
    SubnetRecord subnet{};
    std::optional<Canister> canister{};  ///< as it is afterwards
    std::optional<Principal> deleted{};
    std::optional<Bytes> module{};  ///< the uploaded bytes of `canister`
    bool module_erased = false;     ///< of `canister`
    std::vector<MemoryId> erased{};
    const PageMap* heap = nullptr;    ///< its changes become pages of canister->code->heap
    const PageMap* stable = nullptr;  ///< … of canister->code->stable
    /// Pages of the heap in a bound memory, beside those of `heap`.
    const vm::Memory* heap_memory = nullptr;
    std::vector<u64> heap_pages{};
};

/// One subnet: its canisters as they are in the storage, and what this process remembers of them.
/// The maps always equal the storage; the caches can be dropped at any time.
class Subnet {
public:
    static Result<Subnet, Failure> open(std::unique_ptr<Storage> storage, Options options);

    Storage& storage() { return *storage_; }
    const Options& options() const { return options_; }
    const SubnetRecord& record() const { return record_; }
    /// How instructions are counted here.
    const vm::CostVersion& metering() const { return *metering_; }
    const std::map<Principal, Canister>& canisters() const { return canisters_; }
    /// nullptr: there is none.
    const Canister* find(const Principal& id) const;
    /// The record of the round that the next message makes.
    SubnetRecord next_round() const;

    /// Makes it, unless this process has done so before.
    Result<std::shared_ptr<const CanisterModule>, ExecutionError> make_module(Bytes uploaded);
    /// The module of a canister that is not empty.
    Result<std::shared_ptr<const CanisterModule>, Failure> module_of(const Canister& canister);
    /// The bytes as uploaded; nothing for an empty canister.
    Result<std::optional<ByteVector>, Failure> module_bytes(const Principal& id);
    /// Its heap as committed. Valid until the next call of heap_of or put_heap.
    Result<Heap*, Failure> heap_of(const Canister& canister, const CanisterModule& module);
    /// Makes it equal to what is committed, after an execution whose changes are not.
    void rollback_heap(const Principal& id);
    /// Remembers the heap that install_code has made and committed.
    void put_heap(const Principal& id, Heap heap);
    void drop_heap(const Principal& id);

    /// Durable when it returns; after an error nothing has changed.
    Result<void, Failure> commit(Changes changes);

private:
    Subnet(std::unique_ptr<Storage> storage, Options options)
        : storage_(std::move(storage)), options_(std::move(options)) {}

    std::unique_ptr<Storage> storage_;
    Options options_;
    SubnetRecord record_;
    const vm::CostVersion* metering_ = nullptr;
    std::map<Principal, Canister> canisters_;
    std::map<Sha256, std::shared_ptr<const CanisterModule>> modules_;
    std::map<Principal, Heap> heaps_;
};

}  // namespace icvm::replica
