#include "replica/simulator/management_calls.hpp"

namespace icvm::replica::simulator {

namespace {

using namespace management;

/// Memories of the universal canister when it is new.
constexpr u64 heap_bytes = 2 * 65536;
constexpr i32 stack_end = 65536;

/// Most are there.
KnownSnapshot random_snapshot(Random& random, const Cast& cast) {
    if (!cast.snapshots.empty() && random.percent(90)) return random.pick(cast.snapshots);
    KnownSnapshot snapshot{random_canister(random, cast), ByteVector(8, 0)};
    snapshot.id[7] = u8(random.below(4));  // a snapshot's number, then its canister
    const Bytes name = snapshot.canister.bytes();
    snapshot.id.insert(snapshot.id.end(), name.begin(), name.end());
    return snapshot;
}

RandomCall take(Random& random, const Cast& cast) {
    TakeSnapshotArguments arguments;
    arguments.canister_id = random_canister(random, cast);
    if (random.percent(30)) {
        const KnownSnapshot old = random_snapshot(random, cast);
        arguments.canister_id = old.canister;
        arguments.replace_snapshot = old.id;
    }
    if (random.percent(10)) arguments.uninstall_code = true;
    return management_call(Method::take_canister_snapshot, arguments);
}

/// Now and then into another canister than the one it is of.
RandomCall load(Random& random, const Cast& cast) {
    const KnownSnapshot snapshot = random_snapshot(random, cast);
    const bool is_own = random.percent(80);
    return management_call(
        Method::load_canister_snapshot,
        LoadSnapshotArguments{
            is_own ? snapshot.canister : random_canister(random, cast), snapshot.id, {}});
}

/// As it would be of a universal canister.
RandomCall upload_metadata(Random& random, const Cast& cast) {
    UploadSnapshotMetadataArguments arguments;
    arguments.canister_id = random_canister(random, cast);
    arguments.wasm_module_size = cast.modules[0].size();
    arguments.globals.push_back({i32(stack_end)});
    arguments.wasm_memory_size = heap_bytes;
    arguments.stable_memory_size = random.below<u64>(2) * 65536;
    if (random.percent(10)) arguments.globals.clear();
    if (random.percent(30)) arguments.global_timer.emplace().value = cast.time_ns;
    return management_call(Method::upload_canister_snapshot_metadata, arguments);
}

RandomCall upload_data(Random& random, const Cast& cast) {
    UploadSnapshotDataArguments arguments;
    const KnownSnapshot snapshot = random_snapshot(random, cast);
    arguments.canister_id = snapshot.canister;
    arguments.snapshot_id = snapshot.id;
    arguments.chunk.assign(random.below<u64>(100), 0);
    switch (random.below(6)) {
        case 0: arguments.kind.value.emplace<1>(random.below<u64>(heap_bytes)); break;
        case 1: arguments.kind.value.emplace<2>(random.below<u64>(heap_bytes)); break;
        case 2: arguments.kind.value.emplace<3>(); break;
        default: arguments.kind.value.emplace<0>(0); arguments.chunk = cast.modules[0];
    }
    return management_call(Method::upload_canister_snapshot_data, arguments);
}

RandomCall read_data(Random& random, const Cast& cast) {
    ReadSnapshotDataArguments arguments;
    const KnownSnapshot snapshot = random_snapshot(random, cast);
    arguments.canister_id = snapshot.canister;
    arguments.snapshot_id = snapshot.id;
    const Slice slice{random.below<u64>(1000), random.below<u64>(1000)};
    switch (random.below(3)) {
        case 0: arguments.kind.value.emplace<0>(slice); break;
        case 1: arguments.kind.value.emplace<1>(slice); break;
        default: arguments.kind.value.emplace<2>(slice);
    }
    return management_call(Method::read_canister_snapshot_data, arguments);
}

RandomCall about(Method method, const KnownSnapshot& snapshot) {
    return management_call(method, SnapshotArguments{snapshot.canister, snapshot.id});
}

}  // namespace

RandomCall random_snapshot_call(Random& random, const Cast& cast) {
    const u64 choice = random.below(100);
    if (choice < 30) return take(random, cast);
    if (choice < 55) return load(random, cast);
    if (choice < 65) return about(Method::delete_canister_snapshot, random_snapshot(random, cast));
    if (choice < 70)
        return about(Method::read_canister_snapshot_metadata, random_snapshot(random, cast));
    if (choice < 75) return read_data(random, cast);
    if (choice < 80)
        return management_call(Method::list_canister_snapshots,
                               CanisterIdRecord{random_canister(random, cast)});
    return choice < 85 ? upload_metadata(random, cast) : upload_data(random, cast);
}

}  // namespace icvm::replica::simulator
