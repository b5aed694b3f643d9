#include "replica/execution/subnet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "replica/execution/conditions.hpp"
#include "replica/execution/module_cache.hpp"

namespace icvm::replica {

namespace {

/// What a process remembers at most. Beyond it everything is forgotten, and made again.
constexpr size_t modules_max = 32;
constexpr size_t heaps_max = 8;

Failure damaged(std::string_view key) {
    return failure_of(
        StorageError{fmt::format("the state is damaged: record \"{}\" cannot be read", key),
                     "start with a new state folder, or put back a copy of this one"});
}

Result<ByteVector, Failure> read_record(Storage& storage, std::string_view key) {
    auto record = storage.record(key);
    if (!record) return std::unexpected(failure_of(record.error()));
    if (!*record) return std::unexpected(damaged(key));
    return std::move(**record);
}

/// `options`: for a state that is not there yet.
Result<SubnetRecord, Failure> read_subnet(Storage& storage, const Options& options) {
    const auto bytes = storage.record(subnet_key);
    if (!bytes) return std::unexpected(failure_of(bytes.error()));
    if (!*bytes) {
        SubnetRecord record;
        if (options.metering) record.metering = options.metering->name;
        return record;
    }
    const auto record = decode_subnet_record(**bytes);
    if (!record) return std::unexpected(damaged(subnet_key));
    return *record;
}

Result<const vm::CostVersion*, Failure> find_metering(const SubnetRecord& record) {
    if (const vm::CostVersion* found = vm::find_cost_version(record.metering)) return found;
    return std::unexpected(failure_of(StorageError{
        fmt::format("the state counts instructions by metering {}, which this icvm does not know",
                    record.metering),
        "take the icvm that made it, or start with a new state folder"}));
}

/// A record may be damaged in what it says, too.
bool is_plausible(const Canister& canister, std::string_view key) {
    if (canister_key(canister.id) != key) return false;
    if (!canister.code) return true;
    constexpr u64 heap_pages_max = 98304;
    return canister.code->heap_pages <= heap_pages_max &&
           canister.code->stable_pages <= stable_pages_max;
}

/// What the canister's record says must fit its module, as both may be damaged.
bool fits(const InstalledCode& code, const CanisterModule& module) {
    const vm::Module& wasm = module.wasm();
    if (module.hash != code.module_hash || code.has_heap != module.has_memory()) return false;
    if (code.has_heap && (code.heap_pages > module.heap_pages_max() ||
                          code.heap_pages > wasm.memory_types[0].limits.maximum))
        return false;
    return std::ranges::equal(code.globals, wasm.globals, {}, &vm::Value::type,
                              [](const vm::Global& global) { return global.type.value; });
}

void put_canister(Transaction& transaction, const Changes& changes) {
    const Canister& canister = *changes.canister;
    transaction.put_record(canister_key(canister.id), encode(canister));
    if (changes.module) transaction.put_record(module_key(canister.id), *changes.module);
    if (changes.module_erased) transaction.erase_record(module_key(canister.id));
    if (!canister.code) return;
    if (changes.heap) changes.heap->put_changes(transaction, canister.code->heap);
    if (changes.stable) changes.stable->put_changes(transaction, canister.code->stable);
    PageWriter pages(transaction, canister.code->heap);
    for (const u64 index : changes.heap_pages) pages.put(index, changes.heap_memory->page(index));
    pages.flush();
}

}  // namespace

Result<Subnet, Failure> Subnet::open(std::unique_ptr<Storage> storage, Options options) {
    Subnet subnet(std::move(storage), std::move(options));
    subnet.record_ = TRY(read_subnet(subnet.storage(), subnet.options()));
    subnet.metering_ = TRY(find_metering(subnet.record_));
    const auto keys = subnet.storage().keys(canister_key_prefix);
    if (!keys) return std::unexpected(failure_of(keys.error()));
    for (const std::string& key : *keys) {
        auto canister = decode_canister(TRY(read_record(subnet.storage(), key)));
        if (!canister || !is_plausible(*canister, key)) return std::unexpected(damaged(key));
        subnet.canisters_.emplace(canister->id, std::move(*canister));
    }
    return subnet;
}

const Canister* Subnet::find(const Principal& id) const {
    const auto found = canisters_.find(id);
    return found == canisters_.end() ? nullptr : &found->second;
}

SubnetRecord Subnet::next_round() const {
    SubnetRecord next = record_;
    next.round++;
    return next;
}

Result<std::shared_ptr<const CanisterModule>, ExecutionError> Subnet::make_module(Bytes uploaded) {
    const vm::CompileOptions options = canister_compile_options(options_.guard, metering());
    const Sha256 hash = sha256(uploaded);
    auto module = find_module(hash, options);
    if (!module) {
        vm::Module wasm = TRY(decode_canister_module(uploaded));
        module = TRY(make_canister_module(uploaded, hash, std::move(wasm), options));
        remember_module(module, options);
    }
    if (modules_.size() >= modules_max) modules_.clear();
    modules_.insert_or_assign(hash, module);
    return module;
}

Result<std::shared_ptr<const CanisterModule>, Failure> Subnet::module_of(const Canister& canister) {
    const auto found = modules_.find(canister.code->module_hash);
    if (found != modules_.end()) return found->second;
    const std::string key = module_key(canister.id);
    const ByteVector bytes = TRY(read_record(*storage_, key));
    auto module = make_module(bytes);
    if (!module || !fits(*canister.code, **module)) return std::unexpected(damaged(key));
    return *module;
}

Result<std::optional<ByteVector>, Failure> Subnet::module_bytes(const Principal& id) {
    const Canister& canister = *TRY(find_managed(*this, id));
    if (!canister.code) return std::nullopt;
    return TRY(read_record(*storage_, module_key(id)));
}

Result<Heap*, Failure> Subnet::heap_of(const Canister& canister, const CanisterModule& module) {
    const auto found = heaps_.find(canister.id);
    if (found != heaps_.end()) return &found->second;
    if (heaps_.size() >= heaps_max) heaps_.clear();
    const auto bind = [&] {
        return bind_heap(std::make_unique<PageMap>(*storage_, canister.code->heap), module,
                         canister.code->heap_pages, options_);
    };
    auto heap = bind();
    if (!heap && !heaps_.empty()) {
        heaps_.clear();
        heap = bind();
    }
    return &heaps_.emplace(canister.id, TRY(std::move(heap))).first->second;
}

void Subnet::rollback_heap(const Principal& id) {
    const auto found = heaps_.find(id);
    if (found == heaps_.end()) return;
    if (found->second.memory) found->second.memory->rollback();
    if (found->second.pages->error()) heaps_.erase(found);
}

void Subnet::put_heap(const Principal& id, Heap heap) {
    drop_heap(id);
    if (heaps_.size() >= heaps_max) heaps_.clear();
    heaps_.emplace(id, std::move(heap));
}

void Subnet::drop_heap(const Principal& id) { heaps_.erase(id); }

Result<void, Failure> Subnet::commit(Changes changes) {
    const auto transaction = storage_->begin();
    transaction->put_record(subnet_key, encode(changes.subnet));
    for (const MemoryId memory : changes.erased) transaction->erase_memory(memory);
    if (changes.canister) put_canister(*transaction, changes);
    if (changes.deleted) {
        transaction->erase_record(canister_key(*changes.deleted));
        transaction->erase_record(module_key(*changes.deleted));
    }
    if (const auto committed = transaction->commit(); !committed)
        return std::unexpected(failure_of(committed.error()));

    record_ = changes.subnet;
    if (changes.canister) {
        const Principal id = changes.canister->id;
        canisters_.insert_or_assign(id, std::move(*changes.canister));
    }
    if (changes.deleted) canisters_.erase(*changes.deleted);
    return {};
}

}  // namespace icvm::replica
