#include "replica/execution/memory_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

constexpr u64 heap_bytes_max = 4ull << 30;

/// Where the Wasm memory limit holds (Interface spec, "Canister settings").
bool has_heap_limit(Context context) {
    return context == Context::update || context == Context::init || context == Context::start;
}

/// Where growing needs cycles: not in callbacks, which must be able to end, and not where nothing
/// stays.
bool pays_for_memory(Context context) {
    switch (context) {
        case Context::update:
        case Context::heartbeat:
        case Context::global_timer:
        case Context::on_low_wasm_memory:
        case Context::init:
        case Context::start: return true;
        default: return false;
    }
}

Reject beyond_limit(const Principal& canister, u64 limit, u64 used) {
    return reject_of(
        {ErrorCode::canister_wasm_memory_limit_exceeded,
         fmt::format("Canister exceeded its current Wasm memory limit of {} bytes. The peak Wasm "
                     "memory usage was {} bytes. If the canister reaches 4GiB, then it may stop "
                     "functioning and may become unrecoverable. Please reach out to the canister "
                     "owner to investigate the reason for the increased memory usage. It might be "
                     "necessary to move data from the Wasm memory to the stable memory. If such "
                     "high Wasm memory usage is expected and safe, then the developer can increase "
                     "the Wasm memory limit in the canister settings.",
                     limit, used),
         help_with_link("Try checking the canister for a possible memory leak or modifying it to "
                        "use more stable memory instead of Wasm memory.",
                        "wasm-memory-limit-exceeded")},
        canister);
}

}  // namespace

Result<void, Reject> check_heap(const Canister& canister) {
    const u64 limit = canister.settings.wasm_memory_limit;
    const u64 used = canister.code->heap_pages * vm::wasm_page_bytes;
    if (limit == 0 || used <= limit) return {};
    return std::unexpected(beyond_limit(canister.id, limit, used));
}

Result<void, Reject> check_memory(const Canister& canister, Entry& entry) {
    const InstalledCode& code = *canister.code;
    const ExecutionContext& context = entry.context;
    const u64 heap = entry.heap().memory ? entry.heap().memory->size_bytes : 0;
    const u64 stable = entry.stable().pages() * vm::wasm_page_bytes;
    const u64 old_heap = code.heap_pages * vm::wasm_page_bytes;
    const u64 old_stable = code.stable_pages * vm::wasm_page_bytes;
    const u64 limit = canister.settings.wasm_memory_limit;
    if (limit != 0 && heap > limit && heap > old_heap && has_heap_limit(context.context))
        return std::unexpected(beyond_limit(canister.id, limit, heap));
    const u64 growth = heap - old_heap + stable - old_stable;
    if (growth == 0 || !pays_for_memory(context.context)) return {};

    const u64 usage = memory_usage_bytes(canister) + growth;
    Holdings after = holdings(canister);
    after.memory_bytes = std::max(after.memory_bytes, usage);
    const u128 frozen = context.schedule->freezing_limit(
        after, canister.settings.freezing_threshold, canister.reserved_cycles);
    if (frozen <= context.cycles()) return {};
    std::string text =
        fmt::format("Canister cannot grow memory by {} bytes due to insufficient cycles.", growth);
    if (canister.is_controller(context.caller))
        text += fmt::format(" At least {} additional cycles are required.",
                            cycles_text(frozen - context.cycles()));
    return std::unexpected(reject_of(
        {ErrorCode::insufficient_cycles_in_memory_grow, std::move(text),
         help_with_link("Try topping up the canister.", "insufficient-cycles-in-memory-grow")},
        canister.id));
}

bool is_low_on_memory(const Canister& canister) {
    const u64 threshold = canister.settings.wasm_memory_threshold;
    const u64 limit = canister.settings.wasm_memory_limit == 0
                          ? heap_bytes_max
                          : canister.settings.wasm_memory_limit;
    const u64 used = canister.code ? canister.code->heap_pages * vm::wasm_page_bytes : 0;
    return canister.code && u128(limit) < u128(used) + threshold;
}

void update_low_memory_hook(Canister& canister) {
    if (!is_low_on_memory(canister))
        canister.low_memory_hook = HookStatus::condition_not_satisfied;
    else if (canister.low_memory_hook == HookStatus::condition_not_satisfied)
        canister.low_memory_hook = HookStatus::ready;
}

}  // namespace icvm::replica
