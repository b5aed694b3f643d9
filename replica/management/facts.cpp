/// What is told about a canister: status, metrics, history, metadata, logs.

#include <algorithm>

#include "replica/execution/conditions.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/management/chunk_store.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/state/holdings.hpp"
#include "replica/state/settings_change.hpp"

namespace icvm::replica::management::methods {

namespace {

ByteVector copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::optional<ByteVector> module_hash(const Canister& canister) {
    if (!canister.code) return std::nullopt;
    return copy(canister.code->module_hash);
}

MemoryMetrics memory_metrics(const Canister& canister) {
    MemoryMetrics metrics;
    metrics.canister_history_size = canister.history.bytes();
    metrics.wasm_chunk_store_size = canister.chunks.size() * chunk_bytes_max;
    for (const Snapshot& snapshot : canister.snapshots) metrics.snapshots_size += snapshot.bytes();
    metrics.log_memory_store_size = canister.log.bytes();
    if (!canister.code) return metrics;
    const InstalledCode& code = *canister.code;
    metrics.wasm_memory_size = code.heap_pages * vm::wasm_page_bytes;
    metrics.stable_memory_size = code.stable_pages * vm::wasm_page_bytes;
    for (const vm::Value& global : code.globals)
        metrics.global_memory_size += 8 * global.type.slots();
    metrics.wasm_binary_size = code.module_bytes;
    metrics.custom_sections_size = code.custom_section_bytes;
    return metrics;
}

Originator originator(const ChangeOrigin& origin) {
    if (origin.is_canister) return {FromCanister{origin.principal, origin.canister_version}};
    return {FromUser{origin.principal}};
}

struct DetailsOf {
    ChangeDetails operator()(const CreationChange& change) const {
        Creation creation{change.controllers, {}};
        if (change.environment_variables_hash)
            creation.environment_variables_hash = copy(*change.environment_variables_hash);
        return {std::move(creation)};
    }
    ChangeDetails operator()(const UninstallChange&) const { return {std::monostate()}; }
    ChangeDetails operator()(const DeploymentChange& change) const {
        return {CodeDeployment{DeploymentMode(change.mode), copy(change.module_hash)}};
    }
    ChangeDetails operator()(const LoadSnapshotChange& change) const {
        SnapshotLoad load{change.from_canister,
                          change.snapshot_id,
                          change.canister_version,
                          change.taken_at_ns,
                          {}};
        if (change.from_upload) load.source.value.emplace<1>();
        return {std::move(load)};
    }
    ChangeDetails operator()(const ControllersChange& change) const {
        return {NewControllers{change.controllers}};
    }
};

Change told(const CanisterChange& change) {
    return {change.time_ns, change.version, originator(change.origin),
            std::visit(DetailsOf(), change.details)};
}

}  // namespace

ManagementResult<CanisterStatusResult> canister_status(ManagementContext& context,
                                                       const CanisterIdRecord& given) {
    const Canister& canister = *TRY(find_managed(context.subnet, given.canister_id));
    const Settings& settings = canister.settings;
    if (context.caller != canister.id &&
        !settings.allows(settings.status_visibility, context.caller))
        TRY(require_controller(canister, context.caller));
    CanisterStatusResult status;
    status.status = RunState(u8(canister.status) - u8(Status::running));
    status.ready_for_migration = canister.status == Status::stopped && !canister.calls.has_input();
    status.version = canister.version;
    status.settings = definite(settings);
    status.module_hash = module_hash(canister);
    status.memory_size = memory_usage_bytes(canister);
    status.memory_metrics = memory_metrics(canister);
    status.cycles = canister.cycles;
    status.reserved_cycles = canister.reserved_cycles;
    status.idle_cycles_burned_per_day =
        context.subnet.schedule().idle_cycles_burned_per_day(holdings(canister));
    return status;
}

ManagementResult<CanisterMetricsResult> canister_metrics(ManagementContext& context,
                                                         const CanisterIdRecord& given) {
    const Canister& canister = *TRY(find_managed(context.subnet, given.canister_id));
    TRY(require_controller(canister, context.caller));
    const ConsumedCycles& consumed = canister.consumed;
    return CanisterMetricsResult{{.memory = consumed.memory,
                                  .compute_allocation = consumed.compute_allocation,
                                  .ingress_induction = consumed.ingress_induction,
                                  .instructions = consumed.instructions,
                                  .request_and_response_transmission = consumed.transmission,
                                  .uninstall = consumed.uninstall,
                                  .canister_creation = consumed.creation,
                                  .http_outcalls = consumed.http_outcalls,
                                  .burned_cycles = consumed.burned}};
}

ManagementResult<CanisterInfoResult> canister_info(ManagementContext& context,
                                                   const CanisterInfoArguments& given) {
    const Canister& canister = *TRY(find_managed(context.subnet, given.canister_id));
    CanisterInfoResult info;
    const CanisterHistory& history = canister.history;
    info.total_num_changes = history.total;
    const u64 shown =
        std::min<u64>(given.num_requested_changes.value_or(0), history.recent().size());
    for (size_t i = history.recent().size() - shown; i < history.recent().size(); i++)
        info.recent_changes.push_back(told(history.recent()[i]));
    info.module_hash = module_hash(canister);
    info.controllers = canister.controllers();
    return info;
}

ManagementResult<CanisterMetadataResult> canister_metadata(ManagementContext& context,
                                                           const CanisterMetadataArguments& given) {
    const Canister& canister = *TRY(find_managed(context.subnet, given.canister_id));
    const std::string id = canister.id.text();
    if (!canister.code) return refuse(ManagementRefusal::no_module, id);
    const auto module = TRY(context.subnet.module_of(canister));
    const vm::Module& wasm = module->wasm();
    const vm::CustomSection* section = wasm.find_custom_section("icp:public " + given.name);
    if (!section && canister.is_controller(context.caller))
        section = wasm.find_custom_section("icp:private " + given.name);
    if (!section) return refuse(ManagementRefusal::no_metadata, id, given.name);
    return CanisterMetadataResult{copy(wasm.content(section->content))};
}

}  // namespace icvm::replica::management::methods
