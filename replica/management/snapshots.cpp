/// Snapshots are taken, listed, deleted.

#include "replica/management/snapshots.hpp"

#include <algorithm>

#include "replica/execution/conditions.hpp"
#include "replica/execution/memory_limits.hpp"
#include "replica/management/charge.hpp"
#include "replica/management/chunk_store.hpp"
#include "replica/management/lifecycle.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

constexpr size_t number_bytes = 8;

/// An id is a number, big-endian, and the canister's id.
std::optional<Principal> owner(Bytes id) {
    if (id.size() < number_bytes) return std::nullopt;
    return Principal::from_bytes(id.subspan(number_bytes));
}

ByteVector snapshot_id(u64 number, const Principal& canister) {
    ByteVector id(number_bytes);
    for (size_t i = 0; i < number_bytes; i++) id[number_bytes - 1 - i] = u8(number >> (8 * i));
    const Bytes bytes = canister.bytes();
    id.insert(id.end(), bytes.begin(), bytes.end());
    return id;
}

void erase(Subnet& subnet, Canister& canister, Bytes id) {
    const auto found = std::ranges::find_if(canister.snapshots, [&](const Snapshot& snapshot) {
        return std::ranges::equal(snapshot.id, id);
    });
    erase_stored(subnet.storage(), *found);
    canister.snapshots.erase(found);
    subnet.mark(canister, Part::snapshots);
}

/// Of what the canister is now, but for copies of what is stored.
Snapshot described(const Subnet& subnet, const Canister& canister) {
    Snapshot snapshot;
    snapshot.source = SnapshotSource::taken_from_canister;
    snapshot.taken_at_ns = subnet.time_ns();
    snapshot.canister_version = canister.version;
    snapshot.certified_data = canister.certified_data;
    snapshot.chunks.assign(canister.chunks.begin(), canister.chunks.end());
    snapshot.global_timer = canister.global_timer;
    snapshot.hook_status = canister.low_memory_hook;
    if (!canister.code) return snapshot;
    const InstalledCode& code = *canister.code;
    snapshot.module_hash = code.module_hash;
    snapshot.module_bytes = code.module_bytes;
    snapshot.heap_pages = code.heap_pages;
    snapshot.stable_pages = code.stable_pages;
    snapshot.globals = code.globals;
    return snapshot;
}

/// Copies of the canister's memories, module and chunks.
Result<void, Failure> copy_stored(Subnet& subnet, const Canister& canister, Bytes id,
                                  Snapshot& snapshot) {
    snapshot.heap = subnet.new_memory();
    snapshot.stable = subnet.new_memory();
    Staging& storage = subnet.storage();
    for (const auto& [from, to] : {std::pair(canister.code->heap, snapshot.heap),
                                   std::pair(canister.code->stable, snapshot.stable)})
        if (auto copied = storage.copy_memory(from, to); !copied)
            return std::unexpected(failure_of(copied.error()));
    storage.put_record(snapshot_module_key(id),
                       TRY(stored_record(subnet, module_key(canister.id))));
    for (const Sha256& hash : snapshot.chunks)
        storage.put_record(snapshot_chunk_key(id, hash),
                           TRY(stored_record(subnet, chunk_key(canister.id, hash))));
    return {};
}

management::SnapshotRecord told(const Snapshot& snapshot) {
    return {snapshot.id, snapshot.taken_at_ns, snapshot.bytes()};
}

}  // namespace

std::string snapshot_text(Bytes id) {
    const auto canister = owner(id);
    if (!canister) return hex_key("", id);
    u64 number = 0;
    for (const u8 byte : id.first(number_bytes)) number = number << 8 | byte;
    return fmt::format("{}-{}", canister->text(), number);
}

std::optional<std::pair<const Canister*, const Snapshot*>> find_snapshot(const Subnet& subnet,
                                                                         Bytes id) {
    const auto of = owner(id);
    const Canister* canister = of ? subnet.find(*of) : nullptr;
    if (!canister) return std::nullopt;
    for (const Snapshot& snapshot : canister->snapshots)
        if (std::ranges::equal(snapshot.id, id)) return std::pair(canister, &snapshot);
    return std::nullopt;
}

Result<const Snapshot*, Failure> find_snapshot(const Subnet& subnet, const Canister& canister,
                                               Bytes id) {
    const auto found = find_snapshot(subnet, id);
    if (!found)
        return refuse(ManagementRefusal::snapshot_not_found, snapshot_text(id), canister.id.text());
    if (found->first->id != canister.id)
        return refuse(ManagementRefusal::snapshot_of_another, snapshot_text(id),
                      canister.id.text());
    return found->second;
}

namespace {

/// There is one to replace, or room for one more.
Result<void, Failure> check_room(const Subnet& subnet, const Canister& canister,
                                 const std::optional<ByteVector>& replaced) {
    if (replaced) {
        (void)TRY(find_snapshot(subnet, canister, *replaced));
        return {};
    }
    if (canister.snapshots.size() < snapshots_max) return {};
    return refuse(ManagementRefusal::too_many_snapshots, canister.id.text(), snapshots_max);
}

Result<Growth, Failure> growth_of(const Subnet& subnet, const Canister& canister,
                                  const std::optional<ByteVector>& replaced, u64 bytes) {
    TRY(check_room(subnet, canister, replaced));
    const u64 freed = replaced ? TRY(find_snapshot(subnet, canister, *replaced))->bytes() : 0;
    const u64 used = memory_usage_bytes(canister);
    return Growth{used, used + bytes - freed,
                  subnet.schedule().execution(snapshot_instructions + bytes, false)};
}

}  // namespace

Result<void, Failure> admit_snapshot(Subnet& subnet, Canister& canister, const Principal& caller,
                                     const std::optional<ByteVector>& replaced, u64 bytes) {
    return take_growth(subnet, canister, TRY(growth_of(subnet, canister, replaced, bytes)), caller);
}

Snapshot& add_snapshot(Subnet& subnet, Canister& canister, Snapshot snapshot,
                       const std::optional<ByteVector>& replaced) {
    if (replaced) erase(subnet, canister, *replaced);
    snapshot.id = snapshot_id(canister.next_snapshot++, canister.id);
    subnet.mark(canister, Part::snapshots);
    return canister.snapshots.emplace_back(std::move(snapshot));
}

std::vector<u32> visible_globals(const vm::Module& module) {
    std::vector<u32> visible;
    for (u32 index = 0; index < module.globals.size(); index++) {
        const bool is_exported =
            std::ranges::any_of(module.exports, [&](const vm::Export& export_) {
                return export_.kind == vm::ExternKind::global && export_.index == index;
            });
        if (is_exported || module.globals[index].type.is_mutable) visible.push_back(index);
    }
    return visible;
}

namespace management::methods {

ManagementResult<SnapshotRecord> take_canister_snapshot(ManagementContext& context,
                                                        const TakeSnapshotArguments& given) {
    // Conditions.
    Subnet& subnet = context.subnet;
    const Canister& found = *TRY(find_managed(subnet, given.canister_id));
    TRY(require_controller(found, context.caller));
    Snapshot snapshot = described(subnet, found);
    const Growth growth = TRY(growth_of(subnet, found, given.replace_snapshot, snapshot.bytes()));
    if (!found.code) {
        TRY(check_growth(subnet, found, growth, context.caller));
        return refuse(ManagementRefusal::snapshot_of_empty, found.id.text());
    }

    // State after.
    Canister& canister = subnet.change(given.canister_id);
    TRY(take_growth(subnet, canister, growth, context.caller));
    TRY(copy_stored(subnet, canister, snapshot_id(canister.next_snapshot, canister.id), snapshot));
    const SnapshotRecord record =
        told(add_snapshot(subnet, canister, std::move(snapshot), given.replace_snapshot));
    if (given.uninstall_code.value_or(false)) uninstall(subnet, canister, context.change_origin());
    return record;
}

ManagementResult<std::vector<SnapshotRecord>> list_canister_snapshots(
    ManagementContext& context, const CanisterIdRecord& given) {
    const Canister& canister = *TRY(find_managed(context.subnet, given.canister_id));
    if (!canister.settings.allows(canister.settings.snapshot_visibility, context.caller))
        TRY(require_controller(canister, context.caller));
    std::vector<SnapshotRecord> records;
    for (const Snapshot& snapshot : canister.snapshots) records.push_back(told(snapshot));
    return records;
}

ManagementResult<Nothing> delete_canister_snapshot(ManagementContext& context,
                                                   const SnapshotArguments& given) {
    const Canister& canister = *TRY(find_managed(context.subnet, given.canister_id));
    TRY(require_controller(canister, context.caller));
    (void)TRY(find_snapshot(context.subnet, canister, given.snapshot_id));
    erase(context.subnet, context.subnet.change(given.canister_id, Part::snapshots),
          given.snapshot_id);
    return Nothing{};
}

}  // namespace management::methods

}  // namespace icvm::replica
