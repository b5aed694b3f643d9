// Canisters come and go, start and stop (Interface spec, "The IC management canister").

#include <fmt/format.h>

#include <utility>

#include "replica/execution/conditions.hpp"
#include "replica/management/lifecycle.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/state/settings_change.hpp"

namespace icvm::replica::management::methods {

namespace {

std::unexpected<Failure> refused(ErrorCode error, std::string message) {
    return std::unexpected(failure_of(reject(error, std::move(message))));
}

/// The settings of a new canister: those asked for, over the defaults.
Result<Settings, Failure> settings_of(const std::optional<CanisterSettings>& given) {
    if (!given) return Settings{};
    auto settings = changed(Settings{}, *given);
    if (settings)
        if (auto fits = check_limits(*settings, 0); !fits)
            settings = std::unexpected(std::move(fits.error()));
    if (!settings) return std::unexpected(failure_of(std::move(settings.error())));
    return std::move(*settings);
}

ManagementResult<Nothing> done(Result<void, Failure> result) {
    TRY(std::move(result));
    return Nothing{};
}

}  // namespace

ManagementResult<CanisterIdRecord> create_canister(ManagementContext& context,
                                                   const CreateCanisterArguments& given) {
    const u128 fee = context.subnet.schedule().create_canister();
    if (context.cycles < fee)
        return refused(ErrorCode::insufficient_cycles_for_create_canister,
                       fmt::format("Creating a canister requires a fee of {} that is deducted from "
                                   "the canister's initial balance but only {} cycles were "
                                   "received with the create_canister request.",
                                   fee, context.cycles));
    NewCanisterRequest request{.id = {},
                               .name = {},
                               .settings = TRY(settings_of(given.settings)),
                               .cycles = context.cycles - fee,
                               .origin = context.change_origin()};
    const Principal id = TRY(replica::create_canister(context.subnet, std::move(request)));
    context.subnet.change(id).consumed.creation = fee;
    context.cycles = 0;
    return CanisterIdRecord{id};
}

ManagementResult<CanisterIdRecord> provisional_create_canister_with_cycles(
    ManagementContext& context, const ProvisionalCreateArguments& given) {
    NewCanisterRequest request{.id = given.specified_id,
                               .name = {},
                               .settings = TRY(settings_of(given.settings)),
                               .cycles = given.amount.value_or(cycles_default),
                               .origin = context.change_origin()};
    return CanisterIdRecord{TRY(replica::create_canister(context.subnet, std::move(request)))};
}

ManagementResult<Nothing> provisional_top_up_canister(ManagementContext& context,
                                                      const ProvisionalTopUpArguments& given) {
    const Principal& id = TRY(find_managed(context.subnet, given.canister_id))->id;
    context.subnet.change(id).cycles += given.amount;
    return Nothing{};
}

ManagementResult<Nothing> deposit_cycles(ManagementContext& context,
                                         const CanisterIdRecord& given) {
    const Principal& id = TRY(find_managed(context.subnet, given.canister_id))->id;
    context.subnet.change(id).cycles += std::exchange(context.cycles, 0);
    return Nothing{};
}

ManagementResult<Nothing> start_canister(ManagementContext& context,
                                         const CanisterIdRecord& given) {
    return done(replica::start_canister(context.subnet, context.caller, given.canister_id));
}

ManagementResult<Nothing> stop_canister(ManagementContext& context,
                                        const CanisterIdRecord& given) {
    const StopRequest stop{context.origin, context.cycles, context.subnet.time_ns()};
    const bool stopped = TRY(
        replica::stop_canister(context.subnet, context.caller, given.canister_id, stop));
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
