// Canisters come and go, start and stop (Interface spec, "The IC management canister").

#include "replica/execution/conditions.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/management/lifecycle.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/management/settings.hpp"
#include "replica/state/settings_change.hpp"

namespace icvm::replica::management::methods {

namespace {

constexpr size_t canister_id_bytes = 10;

/// `balance`: what it will have; `created` of that is new.
Result<Principal, Failure> create(ManagementContext& context,
                                  const std::optional<CanisterSettings>& settings, u128 balance,
                                  u128 created, std::optional<Principal> id) {
    Canister before;
    before.settings.controllers = {context.caller};
    before.cycles = balance;
    NewCanisterRequest request{
        .id = id, .name = {}, .settings = {}, .cycles = created, .origin = context.change_origin()};
    request.settings =
        TRY(checked_settings(context.subnet, before, settings.value_or(CanisterSettings())));
    TRY(reserve_allocation(context.subnet, before, request.settings));
    const Principal made = TRY(replica::create_canister(context.subnet, std::move(request)));
    Canister& canister = context.subnet.change(made);
    canister.reserved_cycles = before.reserved_cycles;
    if (created > 0) canister.cycles -= canister.reserved_cycles;
    return made;
}

/// Ranges come before everything else.
Result<void, Failure> check_ranges(const std::optional<CanisterSettings>& settings) {
    if (auto within = changed(Settings(), settings.value_or(CanisterSettings())); !within)
        return std::unexpected(failure_of(std::move(within.error())));
    return {};
}

/// A place of mainnet's, which is never given out here.
Result<void, Failure> check_specified(const Principal& id) {
    const Bytes bytes = id.bytes();
    if (bytes.size() != canister_id_bytes || bytes[8] != 1 || bytes[9] != 1)
        return refuse(ManagementRefusal::not_hosted, id.text(), subnet_id().text());
    u64 index = 0;
    for (const u8 byte : bytes.first(8)) index = index << 8 | byte;
    if (index >= first_canister_index) return refuse(ManagementRefusal::specified_id, id.text());
    return {};
}

/// An amount of more than 128 bits is the default one, as on mainnet.
u128 made_cycles(const candid::Integer& amount) {
    return amount.as_u128().value_or(cycles_default);
}

Result<void, Failure> add_cycles(Subnet& subnet, const Principal& id, u128 amount) {
    (void)TRY(find_managed(subnet, id));
    Canister& canister = subnet.change(id);
    canister.cycles += amount;
    return {};
}

ManagementResult<Nothing> done(Result<void, Failure> result) {
    TRY(std::move(result));
    return Nothing{};
}

}  // namespace

ManagementResult<CanisterIdRecord> create_canister(ManagementContext& context,
                                                   const CreateCanisterArguments& given) {
    TRY(check_ranges(given.settings));
    const u128 fee = context.subnet.schedule().create_canister();
    if (context.cycles < fee)
        return refuse(ManagementRefusal::creation_fee, cycles_text(fee),
                      cycles_text(context.cycles));
    CanisterSettings settings = given.settings.value_or(CanisterSettings());
    if (!settings.wasm_memory_limit)
        settings.wasm_memory_limit = candid::integer_of(default_wasm_memory_limit);
    const Principal id = TRY(create(context, settings, context.cycles - fee, 0, std::nullopt));
    Canister& made = context.subnet.change(id);
    made.cycles = std::exchange(context.cycles, 0) - fee - made.reserved_cycles;
    made.consumed.creation = fee;
    return CanisterIdRecord{id};
}

ManagementResult<CanisterIdRecord> provisional_create_canister_with_cycles(
    ManagementContext& context, const ProvisionalCreateArguments& given) {
    TRY(check_ranges(given.settings));
    if (given.specified_id) TRY(check_specified(*given.specified_id));
    const u128 amount = given.amount ? made_cycles(*given.amount) : cycles_default;
    return CanisterIdRecord{
        TRY(create(context, given.settings, amount, amount, given.specified_id))};
}

ManagementResult<Nothing> provisional_top_up_canister(ManagementContext& context,
                                                      const ProvisionalTopUpArguments& given) {
    (void)TRY(find_managed(context.subnet, given.canister_id));
    const u128 amount = context.subnet.change_record().create_cycles(made_cycles(given.amount));
    TRY(add_cycles(context.subnet, given.canister_id, amount));
    return Nothing{};
}

ManagementResult<Nothing> deposit_cycles(ManagementContext& context,
                                         const CanisterIdRecord& given) {
    TRY(add_cycles(context.subnet, given.canister_id, context.cycles));
    context.cycles = 0;
    return Nothing{};
}

ManagementResult<Nothing> start_canister(ManagementContext& context,
                                         const CanisterIdRecord& given) {
    return done(replica::start_canister(context.subnet, context.caller, given.canister_id));
}

ManagementResult<Nothing> stop_canister(ManagementContext& context, const CanisterIdRecord& given) {
    const StopRequest stop{context.origin, context.cycles, context.subnet.time_ns()};
    const bool stopped =
        TRY(replica::stop_canister(context.subnet, context.caller, given.canister_id, stop));
    if (!stopped) return std::nullopt;
    return Nothing{};
}

ManagementResult<Nothing> uninstall_code(ManagementContext& context,
                                         const UninstallCodeArguments& given) {
    return done(
        replica::uninstall_code(context.subnet, context.change_origin(), given.canister_id));
}

ManagementResult<Nothing> delete_canister(ManagementContext& context,
                                          const CanisterIdRecord& given) {
    return done(replica::delete_canister(context.subnet, context.caller, given.canister_id));
}

}  // namespace icvm::replica::management::methods
