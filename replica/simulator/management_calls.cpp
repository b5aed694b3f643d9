#include "replica/simulator/management_calls.hpp"

#include "replica/management/interface/interface.hpp"

namespace icvm::replica::simulator {

namespace {

using namespace management;

constexpr u64 trillion = 1'000'000'000'000;

template <class Arguments>
RandomCall call_of(Method method, const Arguments& arguments) {
    return {Principal(), std::string(method_name(method)), candid::encode_as(arguments)};
}

Principal target(Random& random, const Cast& cast) {
    if (cast.canisters.empty() || random.percent(2)) return Principal::canister(7);
    return random.pick(cast.canisters);
}

candid::Integer nat(u64 number) { return candid::integer_of(number); }

CanisterSettings random_settings(Random& random, const Cast& cast) {
    CanisterSettings settings;
    candid::Bounded<Principal, controllers_max> controllers;
    controllers.push_back(cast.users[0]);
    for (u64 n = random.below(4); n > 0 && !cast.canisters.empty(); n--)
        controllers.push_back(random.pick(cast.canisters));
    settings.controllers = controllers;
    if (random.percent(15)) settings.compute_allocation = nat(random.below(40));
    if (random.percent(15)) settings.memory_allocation = nat(random.below(u64(1) << 32));
    if (random.percent(30)) settings.freezing_threshold = nat(random.below(30'000'000));
    if (random.percent(10))
        settings.minimum_incoming_canister_call_cycles = nat(random.next() >> 24);
    if (random.percent(10)) settings.wasm_memory_limit = nat(random.below(u64(1) << 24));
    if (random.percent(10)) settings.wasm_memory_threshold = nat(random.below(u64(1) << 24));
    if (random.percent(10)) settings.log_memory_limit = nat(random.below(10'000));
    return settings;
}

RandomCall installation(Random& random, const Cast& cast) {
    InstallCodeArguments arguments;
    arguments.canister_id = target(random, cast);
    switch (random.below(3)) {
        case 0: arguments.mode.value.emplace<0>(); break;
        case 1: arguments.mode.value.emplace<1>(); break;
        default:
            arguments.mode.value.emplace<2>();
            if (random.percent(20)) {
                UpgradeOptions options;
                options.skip_pre_upgrade = random.percent(50);
                std::get<2>(arguments.mode.value) = options;
            }
    }
    arguments.wasm_module = random.pick(cast.modules);
    if (random.percent(20)) arguments.arg = {u8(random.below(100))};
    return call_of(Method::install_code, arguments);
}

RandomCall snapshot_call(Random& random, const Cast& cast) {
    const Principal canister = target(random, cast);
    ByteVector id(8, 0);  // a snapshot's number, then its canister
    id[7] = u8(random.below(4));
    const Bytes name = canister.bytes();
    id.insert(id.end(), name.begin(), name.end());
    switch (random.below(4)) {
        case 0:
            return call_of(Method::load_canister_snapshot, LoadSnapshotArguments{canister, id, {}});
        case 1: return call_of(Method::delete_canister_snapshot, SnapshotArguments{canister, id});
        default: {
            TakeSnapshotArguments arguments;
            arguments.canister_id = canister;
            if (random.percent(30)) arguments.replace_snapshot = id;
            if (random.percent(10)) arguments.uninstall_code = true;
            return call_of(Method::take_canister_snapshot, arguments);
        }
    }
}

RandomCall about_one(Method method, Random& random, const Cast& cast) {
    return call_of(method, CanisterIdRecord{target(random, cast)});
}

}  // namespace

RandomCall random_creation(Random& random, const Cast& cast) {
    ProvisionalCreateArguments arguments;
    arguments.amount = u128(random.below(20 * trillion) >> random.below(8));
    arguments.settings = random_settings(random, cast);
    if (random.percent(10)) arguments.specified_id = Principal::canister(8 + random.below(40));
    return call_of(Method::provisional_create_canister_with_cycles, arguments);
}

RandomCall random_management_call(Random& random, const Cast& cast) {
    const u64 choice = random.below(100);
    if (choice < 14) return installation(random, cast);
    if (choice < 24) return about_one(Method::stop_canister, random, cast);
    if (choice < 44) return about_one(Method::start_canister, random, cast);
    if (choice < 46)
        return call_of(Method::uninstall_code, UninstallCodeArguments{target(random, cast), {}});
    if (choice < 49) return about_one(Method::delete_canister, random, cast);
    if (choice < 60) return {Principal(), "raw_rand", encode_result(Nothing{})};
    if (choice < 66) return about_one(Method::deposit_cycles, random, cast);
    if (choice < 72)
        return call_of(Method::provisional_top_up_canister,
                       ProvisionalTopUpArguments{target(random, cast), random.below(trillion)});
    if (choice < 78) {
        CreateCanisterArguments arguments;
        arguments.settings = random_settings(random, cast);
        return call_of(Method::create_canister, arguments);
    }
    if (choice < 84)
        return call_of(
            Method::update_settings,
            UpdateSettingsArguments{target(random, cast), random_settings(random, cast), {}});
    if (choice < 92) return snapshot_call(random, cast);
    if (choice < 94)
        return call_of(
            Method::upload_chunk,
            UploadChunkArguments{target(random, cast), ByteVector(random.below(100), 1)});
    if (choice < 95) return about_one(Method::clear_chunk_store, random, cast);
    if (choice < 98) return about_one(Method::canister_status, random, cast);
    return {Principal(), "no_such_method", {}};
}

}  // namespace icvm::replica::simulator
