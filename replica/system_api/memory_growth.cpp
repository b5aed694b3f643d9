#include "replica/system_api/memory_growth.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace icvm::replica {

namespace {

/// Where the Wasm memory limit holds (Interface spec, "Canister settings").
bool has_heap_limit(Context context) {
    return context == Context::update || context == Context::init || context == Context::start;
}

std::unexpected<ExecutionError> insufficient_cycles(const ExecutionContext& execution, u64 bytes,
                                                    u128 needed) {
    std::string text =
        fmt::format("Canister cannot grow memory by {} bytes due to insufficient cycles.", bytes);
    if (execution.canister->is_controller(execution.caller))
        text += fmt::format(" At least {} additional cycles are required.",
                            cycles_text(needed - execution.cycles()));
    return std::unexpected(ExecutionError{
        ErrorCode::insufficient_cycles_in_memory_grow, std::move(text),
        help_with_link("Try topping up the canister.", "insufficient-cycles-in-memory-grow")});
}

std::unexpected<ExecutionError> beyond_reserved_limit(u64 bytes, u128 limit, u128 excess) {
    return std::unexpected(ExecutionError{
        ErrorCode::reserved_cycles_limit_exceeded_in_memory_grow,
        fmt::format("Canister cannot grow memory by {} bytes due to its reserved cycles limit. The "
                    "current limit ({}) would be exceeded by {}.",
                    bytes, cycles_text(limit), cycles_text(excess)),
        help_with_link("Try increasing the canister's reserved cycles limit.",
                       "reserved-cycles-limit-exceeded-in-memory-grow")});
}

std::unexpected<ExecutionError> out_of_memory() {
    return std::unexpected(ExecutionError{
        ErrorCode::canister_out_of_memory, "Canister cannot grow its memory usage.",
        help_with_link("Check the canister's memory usage against its allocation and the system "
                       "wide limits to determine why more memory cannot be allocated.",
                       "out-of-memory")});
}

/// `bytes`: beyond the canister's allocation, which the subnet holds for it already.
Result<void, ExecutionError> take_room(ExecutionContext& execution, u64 bytes) {
    if (bytes == 0) return {};
    if (!execution.memory_room)
        execution.memory_room =
            execution.ask_memory_room ? execution.ask_memory_room() : MemoryRoom{};
    MemoryRoom& room = *execution.memory_room;
    if (bytes > room.bytes) return out_of_memory();
    const u128 amount = execution.schedule->storage_reservation(bytes, room.storage);
    const u128 limit = execution.canister->settings.reserved_cycles_limit;
    const u128 reserved = execution.canister->reserved_cycles + execution.cycles_reserved + amount;
    if (reserved > limit) return beyond_reserved_limit(bytes, limit, reserved - limit);
    if (execution.cycles() < amount) return insufficient_cycles(execution, bytes, amount);
    room.bytes -= bytes;
    room.storage.usage_bytes += bytes;
    execution.room_taken += bytes;
    execution.cycles_reserved += amount;
    return {};
}

}  // namespace

Result<void, ExecutionError> take_memory(ExecutionContext& execution, u64 bytes) {
    const u64 before = execution.memory_usage();
    if (bytes > ~u64(0) - before) return out_of_memory();
    const u64 after = before + bytes;
    const u64 allocated = execution.canister->settings.memory_allocation;
    if (may_not_freeze(execution.context) && bytes > 0 && after > allocated) {
        const u128 limit = execution.freezing_limit_with(after, execution.message_memory());
        if (execution.cycles() < limit) return insufficient_cycles(execution, bytes, limit);
    }
    if (takes_room(execution.context))
        TRY(take_room(execution, std::max(after, allocated) - std::max(before, allocated)));
    execution.memory_grown += bytes;
    return {};
}

Result<void, ExecutionError> take_heap(ExecutionContext& execution, u64 old_size, u64 delta) {
    const u64 limit = execution.canister->settings.wasm_memory_limit;
    const u64 used = (old_size + delta) * vm::wasm_page_bytes;
    if (limit != 0 && used > limit && has_heap_limit(execution.context))
        return std::unexpected(beyond_wasm_memory_limit(limit, used));
    return take_memory(execution, delta * vm::wasm_page_bytes);
}

ExecutionError beyond_wasm_memory_limit(u64 limit, u64 used) {
    return {
        ErrorCode::canister_wasm_memory_limit_exceeded,
        fmt::format("Canister exceeded its current Wasm memory limit of {} bytes. The peak Wasm "
                    "memory usage was {} bytes. If the canister reaches 4GiB, then it may stop "
                    "functioning and may become unrecoverable. Please reach out to the "
                    "canister owner to investigate the reason for the increased memory usage. "
                    "It might be necessary to move data from the Wasm memory to the stable "
                    "memory. If such high Wasm memory usage is expected and safe, then the "
                    "developer can increase the Wasm memory limit in the canister settings.",
                    limit, used),
        help_with_link("Try checking the canister for a possible memory leak or modifying it to "
                       "use more stable memory instead of Wasm memory.",
                       "wasm-memory-limit-exceeded")};
}

}  // namespace icvm::replica
