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

u128 ExecutionContext::cycles() const {
    const u128 attached = call ? call->cycles : 0;
    return canister->cycles + cycles_accepted - cycles_burned - calls_cost - attached;
}

u128 ExecutionContext::liquid_cycles() const {
    const u128 limit = freezing_limit(*canister, *schedule);
    return cycles() - std::min(cycles(), limit);
}

void ExecutionContext::print(std::string line) {
    if (log_bytes > log_bytes_max) return;
    log_bytes += line.size() + 1;
    log.push_back(log_bytes > log_bytes_max ? std::string(cut_notice) : std::move(line));
}

}  // namespace icvm::replica
