/// A snapshot becomes the state of a canister.

#include <algorithm>

#include "replica/execution/conditions.hpp"
#include "replica/execution/installed_code.hpp"
#include "replica/execution/memory_limits.hpp"
#include "replica/execution/run.hpp"
#include "replica/management/charge.hpp"
#include "replica/management/chunk_store.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/management/snapshot_module.hpp"
#include "replica/management/snapshots.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

/// A load_canister_snapshot on its way. Nothing is changed before commit(): what fails costs
/// nothing.
class Loading {
public:
    Loading(ManagementContext& context, Canister& canister, const Canister& source,
            const Snapshot& snapshot)
        : context_(context),
          subnet_(context.subnet),
          canister_(canister),
          source_(source),
          snapshot_(snapshot),
          next_(canister) {}

    Result<void, Failure> perform();

private:
    bool is_uploaded() const { return snapshot_.source == SnapshotSource::metadata_upload; }
    Result<void, Failure> make_module();
    Result<void, Failure> make_code();
    Result<std::vector<vm::Value>, Failure> globals();
    Result<void, Failure> copy_memories();
    Result<void, Failure> set_system_state();
    Result<void, Failure> check_and_pay();
    Result<void, Failure> commit();

    ManagementContext& context_;
    Subnet& subnet_;
    Canister& canister_;
    const Canister& source_;
    const Snapshot& snapshot_;
    Canister next_;
    ByteVector uploaded_;
    std::shared_ptr<const CanisterModule> module_;
};

Result<void, Failure> Loading::perform() {
    const u128 cost = subnet_.schedule().execution(snapshot_instructions, false);
    if (auto paid = withdraw(subnet_, next_, cost, context_.caller); !paid)
        return refuse(ManagementRefusal::snapshot_cycles, paid.error());
    TRY(make_module());
    TRY(make_code());
    TRY(set_system_state());
    TRY(check_and_pay());
    return commit();
}

Result<void, Failure> Loading::make_module() {
    uploaded_ = TRY(snapshot_module(subnet_, snapshot_));
    auto module = subnet_.make_module(uploaded_);
    if (!module) return std::unexpected(failure_of(reject_of(module.error(), canister_.id)));
    module_ = std::move(*module);
    return {};
}

Result<void, Failure> Loading::make_code() {
    if (auto fits = check_heap_size(*module_, snapshot_.heap_pages); !fits)
        return std::unexpected(failure_of(std::move(fits.error())));
    next_.code = code_of(*module_);
    next_.code->heap = subnet_.new_memory();
    next_.code->heap_pages = snapshot_.heap_pages;
    next_.code->stable = subnet_.new_memory();
    next_.code->stable_pages = snapshot_.stable_pages;
    next_.code->globals = TRY(globals());
    return {};
}

/// An uploaded snapshot has only those that can be seen; the others have their initial values.
Result<std::vector<vm::Value>, Failure> Loading::globals() {
    if (!is_uploaded()) {
        const auto type = [](const vm::Global& global) { return global.type.value; };
        if (!std::ranges::equal(snapshot_.globals, module_->wasm().globals, {}, &vm::Value::type,
                                type))
            return refuse(ManagementRefusal::snapshot_globals);  // what is stored is damaged
        return snapshot_.globals;
    }
    Heap heap = TRY(bind_heap(std::make_unique<PageMap>(subnet_.storage(), MemoryId::none),
                              *module_, snapshot_.heap_pages, subnet_.options()));
    std::vector<vm::Value> values = TRY(initialize(*module_, heap, false, canister_.id));
    const std::vector<u32> visible = visible_globals(module_->wasm());
    const auto is_same = [&](u32 index, const vm::Value& given) {
        return values[index].type == given.type;
    };
    if (!std::ranges::equal(visible, snapshot_.globals, is_same))
        return refuse(ManagementRefusal::snapshot_globals);
    for (size_t i = 0; i < visible.size(); i++) values[visible[i]] = snapshot_.globals[i];
    return values;
}

std::string_view hook_text(HookStatus status) {
    switch (status) {
        case HookStatus::condition_not_satisfied: return "ConditionNotSatisfied";
        case HookStatus::ready: return "Ready";
        case HookStatus::executed: break;
    }
    return "Executed";
}

/// Of a taken snapshot neither the timer nor the hook's state is restored.
Result<void, Failure> Loading::set_system_state() {
    next_.certified_data = snapshot_.certified_data;
    next_.chunks = {snapshot_.chunks.begin(), snapshot_.chunks.end()};
    if (is_uploaded() && snapshot_.global_timer) next_.global_timer = *snapshot_.global_timer;
    if (is_uploaded() && snapshot_.hook_status) {
        const bool is_low = is_low_on_memory(next_);
        const HookStatus status = *snapshot_.hook_status;
        if (is_low == (status == HookStatus::condition_not_satisfied))
            return refuse(ManagementRefusal::snapshot_hook, hook_text(status), is_low);
        next_.low_memory_hook = status;
    }
    return {};
}

Result<void, Failure> Loading::check_and_pay() {
    subnet_.activity.instructions += module_->compile_instructions;
    const Growth growth{.before = memory_usage_bytes(canister_),
                        .after = memory_usage_bytes(next_),
                        .cycles = subnet_.schedule().execution(
                            module_->compile_instructions + snapshot_.bytes(), module_->memory64)};
    return take_growth(subnet_, next_, growth, context_.caller);
}

Result<void, Failure> Loading::copy_memories() {
    Staging& storage = subnet_.storage();
    if (canister_.code) {
        storage.erase_memory(canister_.code->heap);
        storage.erase_memory(canister_.code->stable);
    }
    for (const auto& [from, to] : {std::pair(snapshot_.heap, next_.code->heap),
                                   std::pair(snapshot_.stable, next_.code->stable)})
        if (auto copied = storage.copy_memory(from, to); !copied)
            return std::unexpected(failure_of(copied.error()));
    return {};
}

Result<void, Failure> Loading::commit() {
    TRY(copy_memories());
    Staging& storage = subnet_.storage();
    storage.put_record(module_key(canister_.id), uploaded_);
    for (const Sha256& hash : canister_.chunks) storage.erase_record(chunk_key(canister_.id, hash));
    for (const Sha256& hash : snapshot_.chunks)
        storage.put_record(chunk_key(canister_.id, hash),
                           TRY(stored_record(subnet_, snapshot_chunk_key(snapshot_.id, hash))));
    next_.version++;
    LoadSnapshotChange change{.from_canister = {},
                              .snapshot_id = snapshot_.id,
                              .canister_version = snapshot_.canister_version,
                              .taken_at_ns = snapshot_.taken_at_ns,
                              .from_upload = is_uploaded()};
    if (source_.id != canister_.id) change.from_canister = source_.id;
    next_.history.add({.time_ns = subnet_.time_ns(),
                       .version = next_.version,
                       .origin = context_.change_origin(),
                       .details = std::move(change)});
    update_low_memory_hook(next_);
    subnet_.drop_heap(canister_.id);
    subnet_.refresh(subnet_.add(std::move(next_)));
    return {};
}

}  // namespace

/// Interface spec, "IC method load_canister_snapshot".
ManagementResult<management::Nothing> management::methods::load_canister_snapshot(
    ManagementContext& context, const LoadSnapshotArguments& given) {
    Subnet& subnet = context.subnet;
    const Canister& found = *TRY(find_managed(subnet, given.canister_id));
    TRY(require_controller(found, context.caller));
    const auto snapshot = find_snapshot(subnet, given.snapshot_id);
    const std::string text = snapshot_text(given.snapshot_id);
    if (!snapshot) return refuse(ManagementRefusal::snapshot_not_found, text, found.id.text());
    if (!snapshot->first->is_controller(context.caller))
        return refuse(ManagementRefusal::snapshot_not_controlled, text, found.id.text(),
                      context.caller.text());
    Canister& canister = subnet.change(given.canister_id);
    TRY(Loading(context, canister, *snapshot->first, *snapshot->second).perform());
    return Nothing{};
}

}  // namespace icvm::replica
