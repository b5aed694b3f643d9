#include "replica/system_api/context.hpp"

#include <algorithm>

namespace icvm::replica {

namespace {

constexpr std::string_view cut_notice = "(icvm leaves out what this message printed beyond 1 MiB)";

}  // namespace

std::string_view mode_name(Context context) {
    switch (context) {
        case Context::start: return "start";
        case Context::init: return "init";
        case Context::pre_upgrade: return "pre upgrade";
        case Context::update: return "update";
        case Context::replicated_query: return "replicated query";
        case Context::transform:
        case Context::non_replicated_query: return "non replicated query";
        case Context::composite_query: return "composite query";
        case Context::reply_callback: return "reply callback";
        case Context::reject_callback: return "reject callback";
        case Context::composite_reply_callback: return "composite reply callback";
        case Context::composite_reject_callback: return "composite reject callback";
        case Context::cleanup: return "cleanup";
        case Context::composite_cleanup: return "composite cleanup";
        case Context::inspect_message: return "inspect message";
        case Context::heartbeat: return "heartbeat";
        case Context::global_timer: return "global timer";
        case Context::on_low_wasm_memory: return "on low Wasm memory";
    }
    return "";
}

bool in_replicated_execution(Context context) {
    switch (context) {
        case Context::non_replicated_query:
        case Context::transform:
        case Context::composite_query:
        case Context::composite_reply_callback:
        case Context::composite_reject_callback:
        case Context::composite_cleanup:
        case Context::inspect_message: return false;
        default: return true;
    }
}

bool may_not_freeze(Context context) {
    switch (context) {
        case Context::update:
        case Context::heartbeat:
        case Context::global_timer:
        case Context::on_low_wasm_memory: return true;
        default: return false;
    }
}

bool takes_room(Context context) {
    switch (context) {
        case Context::reply_callback:
        case Context::reject_callback:
        case Context::cleanup: return true;
        default: return may_not_freeze(context);
    }
}

u128 ExecutionContext::cycles() const {
    const u128 attached = call ? call->cycles : 0;
    return canister->cycles + cycles_accepted - cycles_burned - cycles_reserved - calls_cost -
           attached;
}

u128 ExecutionContext::freezing_limit_with(u64 memory_bytes, u64 message_memory_bytes) const {
    return schedule->freezing_limit(
        {.memory_bytes = std::max(canister->settings.memory_allocation, memory_bytes),
         .message_memory_bytes = message_memory_bytes,
         .compute_percent = canister->settings.compute_allocation},
        canister->settings.freezing_threshold, canister->reserved_cycles + cycles_reserved);
}

u128 ExecutionContext::liquid_cycles() const {
    const u128 limit = freezing_limit_with(memory_usage(), message_memory());
    return cycles() - std::min(cycles(), limit);
}

void ExecutionContext::print(std::string line) {
    if (log_bytes > log_bytes_max) return;
    log_bytes += line.size() + 1;
    log.push_back(log_bytes > log_bytes_max ? std::string(cut_notice) : std::move(line));
}

}  // namespace icvm::replica
