#include "replica/execution/subnet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "replica/base/gzip.hpp"
#include "replica/execution/conditions.hpp"
#include "replica/execution/conservation.hpp"
#include "replica/execution/damaged_record.hpp"
#include "replica/execution/installed_code.hpp"
#include "replica/execution/module_cache.hpp"
#include "replica/state/holdings.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica {

namespace {

/// What a process remembers at most. Beyond it everything is forgotten, and made again.
constexpr size_t modules_max = 32;
constexpr size_t heaps_max = 12'000;

Result<ByteVector, Failure> read_record(Storage& storage, std::string_view key) {
    auto record = storage.record(key);
    if (!record) return std::unexpected(failure_of(record.error()));
    if (!*record) return std::unexpected(damaged_record(key));
    return std::move(**record);
}

/// Of a version that cannot be read: what to do about it.
Failure of_another_version(u8 version) {
    const bool is_newer = version > subnet_record_version;
    return failure_of(StorageError{
        fmt::format("the state was written by {} icvm (its records are of version {}, this icvm "
                    "knows 1, 2 and {})",
                    is_newer ? "a newer" : "an unfinished", version, subnet_record_version),
        is_newer ? "take the icvm that wrote it, or start with a new state folder"
                 : "start with a new state folder: -s DIR"});
}

/// `options`: for a state that is not there yet.
Result<SubnetRecord, Failure> read_subnet(Storage& storage, const Options& options) {
    const auto bytes = storage.record(subnet_key);
    if (!bytes) return std::unexpected(failure_of(bytes.error()));
    if (!*bytes) {
        SubnetRecord record;
        if (options.metering) record.metering = options.metering->name;
        if (!options.cycles.empty()) record.cycles = options.cycles;
        return record;
    }
    const auto record = decode_subnet_record(**bytes);
    const u8 version = (*bytes)->empty() ? 0 : (**bytes)[0];
    const bool is_known = version == 1 || version == 2 || version == subnet_record_version;
    if (!record && version != 0 && !is_known) return std::unexpected(of_another_version(version));
    if (!record) return std::unexpected(damaged_record(subnet_key));
    return *record;
}

std::unexpected<Failure> unknown(std::string_view what, std::string_view name) {
    return std::unexpected(failure_of(
        StorageError{fmt::format("the state {} {}, which this icvm does not know", what, name),
                     "take the icvm that made it, or start with a new state folder"}));
}

/// A record may be damaged in what it says, too.
bool is_plausible(const Canister& canister, std::string_view key) {
    if (canister_key(canister.id) != key) return false;
    if (!canister.code) return true;
    return canister.code->heap_pages <= heap_pages_max &&
           canister.code->stable_pages <= stable_pages_max &&
           canister.code->module_bytes <= module_bytes_max;
}

/// What the canister's record says must fit its module, as both may be damaged.
bool fits(const InstalledCode& code, const CanisterModule& module) {
    const vm::Module& wasm = module.wasm();
    if (module.hash != code.module_hash || code.module_bytes != module.uploaded_bytes ||
        code.has_heap != module.has_memory())
        return false;
    if (code.has_heap && (code.heap_pages > module.heap_pages_max() ||
                          code.heap_pages > wasm.memory_types[0].limits.maximum))
        return false;
    return std::ranges::equal(code.globals, wasm.globals, {}, &vm::Value::type,
                              [](const vm::Global& global) { return global.type.value; });
}

bool is_ready(const Canister& canister) {
    return canister.code && canister.code->has_low_memory_hook &&
           canister.low_memory_hook == HookStatus::ready;
}

[[maybe_unused]] u64 held_by(const std::map<Principal, Canister>& canisters) {
    u64 bytes = 0;
    for (const auto& [id, canister] : canisters) bytes += holdings(canister).memory_bytes;
    return bytes;
}

u64 left(u64 all, u64 taken) { return all - std::min(all, taken); }

void include(std::set<Principal>& set, const Principal& id, bool is_in) {
    if (is_in)
        set.insert(id);
    else
        set.erase(id);
}

}  // namespace

// ---- What is stored ----------------------------------------------------------------------------

Result<std::unique_ptr<Subnet>, Failure> Subnet::open(std::unique_ptr<Storage> storage,
                                                      Options options) {
    std::unique_ptr<Subnet> subnet(new Subnet(std::move(storage), std::move(options)));
    TRY(subnet->load());
    return subnet;
}

Result<void, Failure> Subnet::load() {
    canisters_.clear();
    names_.clear();
    ingress_.clear();
    management_ = {};
    changed_.clear();
    changed_ingress_.clear();
    for (auto* set : {&waiting_, &with_heartbeat_, &with_low_memory_, &with_deadlines_})
        set->clear();
    timers_.clear();
    guaranteed_message_bytes_ = callbacks_ = 0;
    memory_noted_ = 0;
    memory_is_counted_ = false;
    heaps_.clear();
    tree_.reset();

    record_ = TRY(read_subnet(storage_, options_));
    metering_ = vm::find_cost_version(record_.metering);
    if (!metering_) return unknown("counts instructions by metering", record_.metering);
    schedule_ = find_cost_schedule(record_.cycles);
    if (!schedule_) return unknown("charges cycles by the schedule", record_.cycles);
    const auto keys = storage_.keys(canister_key_prefix);
    if (!keys) return std::unexpected(failure_of(keys.error()));
    for (const std::string& key : *keys) TRY(load_canister(key));
    TRY(load_ingress());
    if (!record_.has_cycles) record_.cycles_created = accounted_cycles(*this);
    return {};
}

/// A canister of an older icvm: its module tells what its record does not. It is stored with the
/// next round.
Result<void, Failure> Subnet::convert(Canister& canister) {
    canister.is_of_version_1 = false;
    canister.charged_until_ns = time_ns();
    mark(canister, Part::canister);
    if (!canister.code) return {};
    const InstalledCode told = code_of(*TRY(module_of(canister)));
    canister.code->memory64 = told.memory64;
    canister.code->has_heartbeat = told.has_heartbeat;
    canister.code->has_global_timer = told.has_global_timer;
    canister.code->has_low_memory_hook = told.has_low_memory_hook;
    return {};
}

Result<void, Failure> Subnet::load_canister(const std::string& key) {
    auto canister = decode_canister(TRY(read_record(storage_, key)));
    if (!canister || !is_plausible(*canister, key)) return std::unexpected(damaged_record(key));
    if (canister->is_of_version_1) TRY(convert(*canister));
    for (const Part part : record_parts) {
        const std::string part_record = part_key(part, canister->id);
        const auto bytes = storage_.record(part_record);
        if (!bytes) return std::unexpected(failure_of(bytes.error()));
        if (!*bytes) continue;
        if (!decode_part(*canister, part, **bytes))
            return std::unexpected(damaged_record(part_record));
        canister->stored_parts |= u8(part);
    }
    const Principal id = canister->id;
    if (!canister->name.empty()) names_.emplace(canister->name, id);
    const Canister& loaded = canisters_.emplace(id, std::move(*canister)).first->second;
    refresh(loaded);
    note_memory(loaded);
    return {};
}

Result<void, Failure> Subnet::load_ingress() {
    const auto keys = storage_.keys(ingress_key_prefix);
    if (!keys) return std::unexpected(failure_of(keys.error()));
    for (const std::string& key : *keys) {
        const auto id = ingress_id(key);
        auto status = decode_ingress_status(TRY(read_record(storage_, key)));
        if (!id || !status) return std::unexpected(damaged_record(key));
        status->is_stored = true;
        ingress_.emplace(*id, std::move(*status));
    }
    const auto bytes = storage_.record(management_key);
    if (!bytes) return std::unexpected(failure_of(bytes.error()));
    had_management_ = bytes->has_value();
    if (!*bytes) return {};
    auto queue = decode_management_queue(**bytes);
    if (!queue) return std::unexpected(damaged_record(management_key));
    management_ = std::move(*queue);
    return {};
}

// ---- Rounds ------------------------------------------------------------------------------------

void Subnet::begin_round() {
    record_.round++;
    memory_is_counted_ = false;
}

void Subnet::stage_records() {
    storage_.put_record(std::string(subnet_key), encode(record_));
    for (const auto& [id, parts] : changed_) {
        const auto found = canisters_.find(id);
        if (found == canisters_.end()) continue;
        note_memory(found->second);
        found->second.noted.changed = 0;
        if (parts & u8(Part::canister))
            storage_.put_record(canister_key(id), encode(found->second));
        for (const Part part : record_parts) {
            if (!(parts & u8(part))) continue;
            ByteVector bytes = encode_part(found->second, part);
            u8& stored = found->second.stored_parts;
            if (bytes.empty() && !(stored & u8(part))) continue;
            stored = bytes.empty() ? stored & u8(~u8(part)) : stored | u8(part);
            if (bytes.empty())
                storage_.erase_record(part_key(part, id));
            else
                storage_.put_record(part_key(part, id), std::move(bytes));
        }
    }
    for (const MessageId& id : changed_ingress_) {
        const auto found = ingress_.find(id);
        if (found == ingress_.end()) {
            storage_.erase_record(ingress_key(id));
            continue;
        }
        storage_.put_record(ingress_key(id), encode(found->second));
        found->second.is_stored = true;
    }
    if (!management_.is_empty()) {
        storage_.put_record(std::string(management_key), encode(management_));
        had_management_ = true;
    } else if (had_management_) {
        storage_.erase_record(management_key);
        had_management_ = false;
    }
}

Result<void, StorageError> Subnet::store() {
    // A part of the state must never become the whole of it.
    if (!is_loaded_)
        return std::unexpected(StorageError{"the state could not be read", "try it again"});
    ASSERT(accounted_cycles(*this) == record_.cycles_created);
    stage_records();
    return storage_.flush();
}

Result<void, Failure> Subnet::end_round() {
    const auto stored = store();
    if (!stored) {
        TRY(abandon_round());
        return std::unexpected(failure_of(stored.error()));
    }
    if (tree_) {
        for (const auto& [id, parts] : changed_)
            if (parts & (u8(Part::certified) | u8(Part::history))) tree_->note_canister(id);
        for (const MessageId& id : changed_ingress_) tree_->note_request(id);
    }
    changed_.clear();
    changed_ingress_.clear();
    return {};
}

Result<void, Failure> Subnet::abandon_round() {
    storage_.discard();
    auto loaded = load();
    is_loaded_ = loaded.has_value();
    return loaded;
}

Result<void, Failure> Subnet::recover() {
    if (is_loaded_) return {};
    return abandon_round();
}

// ---- Changes -----------------------------------------------------------------------------------

const Canister* Subnet::find(const Principal& id) const {
    const auto found = canisters_.find(id);
    return found == canisters_.end() ? nullptr : &found->second;
}

const Canister* Subnet::find(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : find(found->second);
}

Canister& Subnet::change(const Principal& id, Part part) {
    Canister& canister = canisters_.find(id)->second;
    mark(canister, part);
    return canister;
}

void Subnet::mark(const Canister& canister, Part part) {
    if (canister.noted.changed & u8(part)) return;
    canister.noted.changed |= u8(part);
    changed_[canister.id] |= u8(part);
}

Canister& Subnet::add(Canister canister) {
    const Principal id = canister.id;
    const Canister* before = find(id);
    canister.noted = before ? before->noted : Canister::Noted{};
    canister.noted.changed = changed_[id] = u8(~0);
    memory_is_counted_ = false;
    if (!canister.name.empty()) names_.insert_or_assign(canister.name, id);
    return canisters_.insert_or_assign(id, std::move(canister)).first->second;
}

void Subnet::remove(const Principal& id) {
    changed_[id] |= u8(Part::certified);
    const Canister& canister = canisters_.at(id);
    record_.cycles_gone += canister.cycles + canister.reserved_cycles + canister.consumed.total();
    if (canister.code) {
        storage_.erase_memory(canister.code->heap);
        storage_.erase_memory(canister.code->stable);
        storage_.erase_record(module_key(id));
    }
    for (const Snapshot& snapshot : canister.snapshots) erase_stored(storage_, snapshot);
    for (const Sha256& chunk : canister.chunks) storage_.erase_record(chunk_key(id, chunk));
    storage_.erase_record(canister_key(id));
    for (const Part part : record_parts) storage_.erase_record(part_key(part, id));
    drop_heap(id);
    for (auto* set : {&waiting_, &with_heartbeat_, &with_low_memory_, &with_deadlines_})
        set->erase(id);
    if (canister.noted.timer != 0) timers_.erase({canister.noted.timer, id});
    guaranteed_message_bytes_ -= canister.noted.guaranteed_bytes;
    callbacks_ -= canister.noted.callbacks;
    memory_noted_ -= canister.noted.memory_bytes;
    memory_is_counted_ = false;
    names_.erase(canister.name);
    canisters_.erase(id);
}

Principal Subnet::new_canister_id() {
    Principal id = Principal::canister(record_.next_canister++);
    while (find(id)) id = Principal::canister(record_.next_canister++);  // asked for by name
    return id;
}

IngressStatus& Subnet::change_ingress(const MessageId& id) {
    changed_ingress_.insert(id);
    return ingress_[id];
}

void Subnet::forget_ingress(const MessageId& id) {
    const auto found = ingress_.find(id);
    if (found->second.is_stored)
        changed_ingress_.insert(id);
    else
        changed_ingress_.erase(id);
    ingress_.erase(found);
}

MessageId Subnet::new_message_id() {
    MessageId id{};
    const u64 number = record_.next_ingress++;
    for (size_t i = 0; i < sizeof number; i++) id[id.size() - 1 - i] = u8(number >> (8 * i));
    return id;
}

void Subnet::keep_heap(const Canister& canister, Heap& heap, std::span<const u64> pages) {
    if (!heap.memory) return;
    for (const u64 index : pages)
        storage_.put_page(canister.code->heap, index, heap.memory->page(index));
    heap.memory->commit();
}

void Subnet::refresh(const Canister& canister) {
    const Principal& id = canister.id;
    Canister::Noted& noted = canister.noted;
    const auto note = [&](bool& was, bool is, std::set<Principal>& set) {
        if (was == is) return;
        was = is;
        include(set, id, is);
    };
    note(noted.waits, canister.calls.has_input(), waiting_);
    note(noted.beats, canister.code && canister.code->has_heartbeat, with_heartbeat_);
    note(noted.is_low, is_ready(canister), with_low_memory_);
    note(noted.has_deadlines, canister.calls.has_deadlines(), with_deadlines_);
    note_messages(canister);
    note_timer(canister);
}

void Subnet::note_messages(const Canister& canister) {
    Canister::Noted& noted = canister.noted;
    const u64 bytes = canister.calls.message_memory().guaranteed;
    const u64 callbacks = canister.calls.callbacks().size();
    guaranteed_message_bytes_ += bytes - noted.guaranteed_bytes;
    callbacks_ += callbacks - noted.callbacks;
    noted.guaranteed_bytes = bytes;
    noted.callbacks = callbacks;
}

void Subnet::note_timer(const Canister& canister) {
    const u64 timer = canister.code && canister.code->has_global_timer ? canister.global_timer : 0;
    if (timer == canister.noted.timer) return;
    if (canister.noted.timer != 0) timers_.erase({canister.noted.timer, canister.id});
    if (timer != 0) timers_.insert({timer, canister.id});
    canister.noted.timer = timer;
}

// ---- What is taken of it -----------------------------------------------------------------------

void Subnet::note_memory(const Canister& canister) const {
    const u64 bytes = holdings(canister).memory_bytes;
    memory_noted_ += bytes - std::exchange(canister.noted.memory_bytes, bytes);
}

/// Of all canisters: those that have not changed in this round have what was noted.
void Subnet::count_memory() const {
    for (const auto& [id, parts] : changed_)
        if (const Canister* canister = find(id)) note_memory(*canister);
    ASSERT(memory_noted_ == held_by(canisters_));
    memory_taken_ = memory_noted_;
    memory_is_counted_ = true;
}

MemoryRoom Subnet::memory_room(Context context) const {
    if (!memory_is_counted_) count_memory();
    const SubnetCapacity& capacity = options_.capacity;
    MemoryRoom room;
    room.bytes =
        left(capacity.memory_bytes - subnet_memory_reserve_bytes, memory_taken_) / subnet_threads;
    room.storage = {.usage_bytes = capacity.memory_bytes / subnet_threads - room.bytes,
                    .threshold_bytes = capacity.storage_threshold_bytes / subnet_threads,
                    .capacity_bytes = capacity.memory_bytes / subnet_threads};
    const bool is_callback = takes_room(context) && !may_not_freeze(context);
    if (is_callback) room.bytes += subnet_memory_reserve_bytes / subnet_threads;
    return room;
}

MessageRoom Subnet::message_room(const Canister& canister) const {
    const u64 quota = left(canister_callbacks_min, canister.noted.callbacks);
    return {.bytes = left(subnet_message_bytes_max, guaranteed_message_bytes_) / subnet_threads,
            .callbacks = std::max(left(options_.capacity.callbacks, callbacks_), quota)};
}

// ---- Modules and heaps -------------------------------------------------------------------------

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
    const ByteVector bytes = TRY(read_record(storage_, key));
    auto module = make_module(bytes);
    if (!module || !fits(*canister.code, **module)) return std::unexpected(damaged_record(key));
    return *module;
}

Result<std::optional<ByteVector>, Failure> Subnet::module_bytes(const Principal& id) {
    const Canister& canister = *TRY(find_managed(*this, id));
    if (!canister.code) return std::nullopt;
    return TRY(read_record(storage_, module_key(id)));
}

void Subnet::forget_heaps() {
    std::erase_if(heaps_, [](const auto& entry) { return entry.second.users == 0; });
}

Result<Heap*, Failure> Subnet::heap_of(const Canister& canister, const CanisterModule& module) {
    const auto found = heaps_.find(canister.id);
    if (found != heaps_.end()) return &found->second;
    if (heaps_.size() >= heaps_max) forget_heaps();
    auto heap = copy_of_heap(canister, module);
    if (!heap) {
        forget_heaps();
        heap = copy_of_heap(canister, module);
    }
    return &heaps_.emplace(canister.id, TRY(std::move(heap))).first->second;
}

Result<Heap, Failure> Subnet::copy_of_heap(const Canister& canister, const CanisterModule& module) {
    return bind_heap(std::make_unique<PageMap>(storage_, canister.code->heap), module,
                     canister.code->heap_pages, options_);
}

void Subnet::rollback_heap(const Principal& id) {
    const auto found = heaps_.find(id);
    if (found == heaps_.end()) return;
    if (found->second.memory) found->second.memory->rollback();
    if (found->second.pages->error()) heaps_.erase(found);
}

void Subnet::put_heap(const Principal& id, Heap heap) {
    drop_heap(id);
    if (heaps_.size() >= heaps_max) forget_heaps();
    heaps_.emplace(id, std::move(heap));
}

void Subnet::drop_heap(const Principal& id) { heaps_.erase(id); }

}  // namespace icvm::replica
