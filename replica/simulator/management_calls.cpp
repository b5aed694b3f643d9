#include "replica/simulator/management_calls.hpp"

#include <iterator>

#include "replica/crypto/sha.hpp"
#include "replica/simulator/program.hpp"

namespace icvm::replica::simulator {

namespace {

using namespace management;

constexpr u64 trillion = 1'000'000'000'000;
constexpr u64 wasm_page_bytes = 65536;
/// As a memory allocation, more than a subnet has without reservations.
constexpr u64 reserving_bytes = u64(750) << 30;
/// More than a signature, or a canister, costs.
constexpr u64 signature_cycles = 30'000'000'000, creation_cycles = trillion;
/// Initializations run that long at most.
constexpr u64 initialization_bytes = 300;

candid::Integer nat(u64 number) { return candid::integer_of(number); }

Visibility random_visibility(Random& random, const Cast& cast) {
    Visibility visibility;
    switch (random.below(3)) {
        case 0: visibility.value.emplace<0>(); break;
        case 1: visibility.value.emplace<1>(); break;
        default: visibility.value.emplace<2>().push_back(random.pick(cast.users));
    }
    return visibility;
}

std::vector<EnvironmentVariable> random_variables(Random& random) {
    std::vector<EnvironmentVariable> variables;
    for (int n = random.below(3); n >= 0; n--)
        variables.push_back(
            {std::string(1, char('A' + n)), std::string(random.below<u64>(9), 'v')});
    return variables;
}

/// Limits that programs of the universal canister reach.
void limit_memory(Random& random, CanisterSettings& settings) {
    if (random.percent(15))
        settings.wasm_memory_limit = nat(random.below<u64>(40) * wasm_page_bytes);
    if (random.percent(20))
        settings.wasm_memory_threshold = nat(random.below<u64>(40) * wasm_page_bytes);
    if (random.percent(10))
        settings.memory_allocation =
            nat(random.percent(30) ? reserving_bytes + random.below(u64(1) << 30)
                                   : random.below(u64(1) << 32));
    if (random.percent(10)) settings.log_memory_limit = nat(random.below(10'000));
}

CanisterSettings random_settings(Random& random, const Cast& cast) {
    CanisterSettings settings;
    candid::Bounded<Principal, controllers_max> controllers;
    controllers.push_back(cast.users[0]);
    for (int n = random.below(5); n > 0 && !cast.canisters.empty(); n--)
        controllers.push_back(random.pick(cast.canisters));
    if (random.percent(70)) settings.controllers = controllers;
    if (random.percent(6)) settings.compute_allocation = nat(random.below(40));
    if (random.percent(20)) settings.freezing_threshold = nat(random.below(30'000'000));
    if (random.percent(10)) settings.reserved_cycles_limit = nat(random.below(10 * trillion));
    if (random.percent(10))
        settings.minimum_incoming_canister_call_cycles = nat(random.next() >> 24);
    if (random.percent(10)) settings.log_visibility = random_visibility(random, cast);
    if (random.percent(10)) settings.snapshot_visibility = random_visibility(random, cast);
    if (random.percent(10)) settings.status_visibility = random_visibility(random, cast);
    if (random.percent(10)) settings.environment_variables = random_variables(random);
    limit_memory(random, settings);
    return settings;
}

CanisterInstallMode random_mode(Random& random) {
    CanisterInstallMode mode;
    switch (random.below(4)) {
        case 0: mode.value.emplace<0>(); break;
        case 1: mode.value.emplace<1>(); break;
        default:
            mode.value.emplace<2>();
            if (random.percent(20)) {
                UpgradeOptions options;
                options.skip_pre_upgrade = random.percent(50);
                std::get<2>(mode.value) = options;
            }
    }
    return mode;
}

/// A program that initializes: no calls, nothing that lasts.
ByteVector random_argument(Random& random, const Cast& cast) {
    if (!random.percent(20)) return {};
    ByteVector argument = ProgramWriter(random, cast).program(Role::initialization);
    return argument.size() < initialization_bytes ? argument : ByteVector{};
}

RandomCall installation(Random& random, const Cast& cast) {
    InstallCodeArguments arguments;
    arguments.canister_id = random_canister(random, cast);
    arguments.mode = random_mode(random);
    arguments.wasm_module = random_module(random, cast);
    arguments.arg = random_argument(random, cast);
    return management_call(Method::install_code, arguments);
}

ChunkHash hash_of(Bytes chunk) {
    const Sha256 hash = sha256(chunk);
    return {ByteVector(hash.begin(), hash.end())};
}

/// A module, half of it, or what is no part of any.
RandomCall upload(Random& random, const Cast& cast) {
    const Bytes module = cast.modules[0];
    Bytes chunk = module.first(module.size() / 2);
    if (random.percent(30)) chunk = module.subspan(module.size() / 2);
    if (random.percent(50)) chunk = module;
    UploadChunkArguments arguments{random_canister(random, cast), {chunk.begin(), chunk.end()}};
    if (random.percent(60) && !cast.chunk_stores.empty())
        arguments.canister_id = random.pick(cast.chunk_stores);
    if (random.percent(20)) arguments.chunk.assign(random.below<u64>(100), 1);
    return management_call(Method::upload_chunk, arguments);
}

RandomCall chunked_installation(Random& random, const Cast& cast) {
    const Bytes module = cast.modules[0];
    InstallChunkedCodeArguments arguments;
    arguments.mode = random_mode(random);
    arguments.target_canister = random_canister(random, cast);
    if (random.percent(80) && !cast.chunk_stores.empty())
        arguments.store_canister = random.pick(cast.chunk_stores);
    arguments.chunk_hashes_list = {hash_of(module)};
    if (random.percent(40))
        arguments.chunk_hashes_list = {hash_of(module.first(module.size() / 2)),
                                       hash_of(module.subspan(module.size() / 2))};
    arguments.wasm_module_hash = hash_of(module).hash;
    arguments.arg = random_argument(random, cast);
    return management_call(Method::install_chunked_code, arguments);
}

RandomCall signature(Random& random) {
    RandomCall call;
    switch (random.below(6)) {
        case 0:
            return management_call(Method::ecdsa_public_key,
                                   EcdsaPublicKeyArguments{{}, {}, {{}, "key_1"}});
        case 1:
            return management_call(Method::schnorr_public_key,
                                   SchnorrPublicKeyArguments{{}, {}, {{}, "key_1"}});
        case 2:
        case 3:
            call = management_call(
                Method::sign_with_schnorr,
                SignWithSchnorrArguments{ByteVector(32, 1), {}, {{}, "test_key_1"}, {}});
            break;
        default:
            call =
                management_call(Method::sign_with_ecdsa,
                                SignWithEcdsaArguments{ByteVector(32, 1), {}, {{}, "test_key_1"}});
    }
    call.cycles = signature_cycles;
    return call;
}

RandomCall facts(Random& random, const Cast& cast) {
    const Principal canister = random_canister(random, cast);
    switch (random.below(5)) {
        case 0: return management_call(Method::canister_status, CanisterIdRecord{canister});
        case 1: return management_call(Method::canister_metrics, CanisterIdRecord{canister});
        case 2: return management_call(Method::canister_info, CanisterInfoArguments{canister, 5});
        case 3:
            return management_call(Method::canister_metadata,
                                   CanisterMetadataArguments{canister, "candid:service"});
        default: return management_call(Method::subnet_info, SubnetInfoArguments{canister});
    }
}

RandomCall about_one(Method method, Random& random, const Cast& cast) {
    return management_call(method, CanisterIdRecord{random_canister(random, cast)});
}

/// Cycles and canisters.
RandomCall supply(Random& random, const Cast& cast) {
    const u64 choice = random.below(100);
    if (choice < 40) return about_one(Method::deposit_cycles, random, cast);
    if (choice < 60) {
        const Principal canister = random_canister(random, cast);
        return top_up(canister, random.below(10 * trillion));
    }
    if (choice < 70) return random_creation(random, cast);
    CreateCanisterArguments arguments;
    arguments.settings = random_settings(random, cast);
    RandomCall call = management_call(Method::create_canister, arguments);
    call.cycles = creation_cycles;
    return call;
}

/// With an argument of most methods, of methods that there are and that there are not.
RandomCall any(Random& random, const Cast& cast) {
    static constexpr Method methods[] = {
#define METHOD(name, arguments, result, access, query) Method::name,
#include "replica/management/interface/methods.def"
    };
    RandomCall call = about_one(methods[random.below(std::size(methods))], random, cast);
    if (random.percent(10)) call.method = "no_such_method";
    if (random.percent(10)) call.argument.clear();
    return call;
}

}  // namespace

RandomCall deletion(const Principal& canister) {
    return management_call(Method::delete_canister, CanisterIdRecord{canister});
}

RandomCall top_up(const Principal& canister, u64 cycles) {
    return management_call(Method::provisional_top_up_canister,
                           ProvisionalTopUpArguments{canister, candid::integer_of(cycles)});
}

RandomCall random_strike(Random& random, const Cast& cast, const Principal& canister) {
    Cast alone = cast;
    alone.canisters = {canister};
    std::erase_if(alone.snapshots,
                  [&](const auto& snapshot) { return snapshot.canister != canister; });
    switch (random.below(8)) {
        case 0: return installation(random, alone);
        case 1: return chunked_installation(random, alone);
        case 2:
            return management_call(Method::uninstall_code, UninstallCodeArguments{canister, {}});
        case 3:
        case 4: return random_snapshot_call(random, alone);
        case 5: return about_one(Method::delete_canister, random, alone);
        default: return about_one(Method::stop_canister, random, alone);
    }
}

RandomCall random_creation(Random& random, const Cast& cast) {
    ProvisionalCreateArguments arguments;
    arguments.amount =
        candid::integer_of(random.below(cast.habits.is_poor ? 5 * trillion : 10'000 * trillion));
    arguments.settings = random_settings(random, cast);
    if (random.percent(10)) arguments.specified_id = Principal::canister(8 + random.below<u64>(40));
    return management_call(Method::provisional_create_canister_with_cycles, arguments);
}

RandomCall random_management_call(Random& random, const Cast& cast) {
    const u64 choice = random.below(100);
    if (choice < 16) return installation(random, cast);
    if (choice < 21) return chunked_installation(random, cast);
    if (choice < 27) return upload(random, cast);
    if (choice < 28) return about_one(Method::clear_chunk_store, random, cast);
    if (choice < 29) return about_one(Method::stored_chunks, random, cast);
    if (choice < 35) return about_one(Method::stop_canister, random, cast);
    if (choice < 42) return about_one(Method::start_canister, random, cast);
    if (choice < 44)
        return management_call(Method::uninstall_code,
                               UninstallCodeArguments{random_canister(random, cast), {}});
    if (choice < 47) return about_one(Method::delete_canister, random, cast);
    if (choice < 52)
        return {.callee = Principal(), .method = "raw_rand", .argument = encode_result(Nothing{})};
    if (choice < 62) return supply(random, cast);
    if (choice < 70)
        return management_call(
            Method::update_settings,
            UpdateSettingsArguments{
                random_canister(random, cast), random_settings(random, cast), {}});
    if (choice < 86) return random_snapshot_call(random, cast);
    if (choice < 88) return signature(random);
    if (choice < 93) return facts(random, cast);
    return any(random, cast);
}

}  // namespace icvm::replica::simulator
