// Stable memory, 32-bit and 64-bit API (Interface spec, "Stable memory"). The order of charges,
// checks and effects is that of docs/metering.md, "Stable memory".

#include <fmt/format.h>

#include <limits>

#include "replica/system_api/memory_growth.hpp"
#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

namespace {

constexpr u64 copy_fee = 20;
constexpr u64 written_page_fee = 1000;
/// Pages of 4 KiB that one execution may touch (docs/mainnet.md, "Limits").
constexpr u64 pages_max_message = 2ull * 1024 * 1024 * 1024 / vm::page_bytes;
constexpr u64 pages_max_install = 8ull * 1024 * 1024 * 1024 / vm::page_bytes;
constexpr u64 pages_max_query = 1ull * 1024 * 1024 * 1024 / vm::page_bytes;

constexpr std::string_view too_big_for_32_bit =
    "32 bit stable memory api used on a memory larger than 4GB";

u64 pages_max(Context context) {
    switch (context) {
        case Context::init:
        case Context::start:
        case Context::pre_upgrade: return pages_max_install;
        case Context::replicated_query:
        case Context::non_replicated_query:
        case Context::transform:
        case Context::composite_query:
        case Context::composite_reply_callback:
        case Context::composite_reject_callback:
        case Context::composite_cleanup:
        case Context::inspect_message: return pages_max_query;
        default: return pages_max_message;
    }
}

ExecutionError too_many_pages(std::string_view text) {
    return {ErrorCode::canister_memory_access_limit_exceeded,
            fmt::format("Canister exceeded memory access limits: {}", text),
            help_with_link("Try optimizing the use of stable memory so that individual messages "
                           "don't need to access as much stable memory.",
                           "memory-access-limit-exceeded")};
}

constexpr u64 kilobytes(u64 pages) { return pages * vm::page_bytes / 1024; }

ExecutionError too_many_accessed() {
    return too_many_pages(
        fmt::format("Exceeded the limit for the number of accessed pages in the stable memory in a "
                    "single message execution: limit {} KB for regular messages and {} KB for "
                    "queries.",
                    kilobytes(pages_max_message), kilobytes(pages_max_query)));
}

/// A range of stable memory, and the heap's range that it is copied from or to.
struct Copy {
    u64 offset, address, size;
    u64 first_page() const { return offset / vm::page_bytes; }
    u64 last_page() const { return (offset + size - 1) / vm::page_bytes; }
};

Result<void, ExecutionError> check_32_bit(const SystemCall& call) {
    if (call.execution.stable->pages() > stable32_pages_max)
        return std::unexpected(trapped(too_big_for_32_bit));
    return {};
}

Result<void, ExecutionError> check_stable(const SystemCall& call, const Copy& copy) {
    if (!call.execution.stable->contains(copy.offset, copy.size))
        return std::unexpected(trapped("stable memory out of bounds"));
    return {};
}

Result<void, ExecutionError> check_heap(const SystemCall& call, const Copy& copy) {
    if (!call.host.memory || !call.host.memory->contains(copy.address, copy.size))
        return std::unexpected(trapped("heap out of bounds"));
    return {};
}

Result<void, ExecutionError> touch(const SystemCall& call, const Copy& copy) {
    PageSet& accessed = call.execution.stable->accessed;
    const u64 more = accessed.missing(copy.first_page(), copy.last_page());
    if (accessed.count() + more > pages_max(call.execution.context))
        return std::unexpected(too_many_accessed());
    accessed.insert(copy.first_page(), copy.last_page());
    return {};
}

/// The limit of pages that are written is that of those that are touched: it is never the one that
/// is met.
Result<void, ExecutionError> touch_for_write(SystemCall& call, const Copy& copy) {
    TRY(touch(call, copy));
    PageSet& written = call.execution.stable->written;
    const u64 more = written.missing(copy.first_page(), copy.last_page());
    written.insert(copy.first_page(), copy.last_page());
    return call.charge(written_page_fee * more);
}

CallResult read(SystemCall& call, const Copy& copy) {
    u8* heap = call.host.memory->writable(copy.address, copy.size);
    if (!heap || !call.execution.stable->read(copy.offset, {heap, copy.size}))
        return std::unexpected(trapped("unknown"));
    return 0;
}

CallResult write(SystemCall& call, const Copy& copy) {
    const u8* heap = call.host.memory->readable(copy.address, copy.size);
    if (!heap || !call.execution.stable->write(copy.offset, {heap, copy.size}))
        return std::unexpected(trapped("unknown"));
    return 0;
}

/// All ones when it cannot grow that far, or the subnet has no more; traps for cycles alone.
CallResult grow(SystemCall& call, u64 pages_max) {
    constexpr u64 failed = std::numeric_limits<u64>::max();
    StableMemory& stable = *call.execution.stable;
    if (stable.pages() > pages_max || call[0] > pages_max - stable.pages()) return failed;
    auto taken = take_memory(call.execution, call[0] * vm::wasm_page_bytes);
    if (taken) return stable.grow(call[0], pages_max);
    if (taken.error().code == ErrorCode::canister_out_of_memory) return failed;
    return std::unexpected(std::move(taken.error()));
}

}  // namespace

CallResult stable64_size(SystemCall& call) { return call.execution.stable->pages(); }

CallResult stable_size(SystemCall& call) {
    TRY(check_32_bit(call));
    return call.execution.stable->pages();
}

CallResult stable64_grow(SystemCall& call) { return grow(call, stable_pages_max); }

CallResult stable_grow(SystemCall& call) {
    TRY(check_32_bit(call));
    return u32(TRY(grow(call, stable32_pages_max)));
}

CallResult stable64_read(SystemCall& call) {
    const Copy copy{.offset = call[1], .address = call[0], .size = call[2]};
    TRY(call.charge(copy_fee + copy.size));
    if (copy.size == 0) return 0;
    TRY(check_stable(call, copy));
    TRY(check_heap(call, copy));
    TRY(touch(call, copy));
    return read(call, copy);
}

CallResult stable64_write(SystemCall& call) {
    const Copy copy{.offset = call[0], .address = call[1], .size = call[2]};
    TRY(call.charge(copy_fee + copy.size));
    if (copy.size == 0) return 0;
    TRY(check_stable(call, copy));
    TRY(check_heap(call, copy));
    TRY(touch_for_write(call, copy));
    return write(call, copy);
}

CallResult stable_read(SystemCall& call) {
    const Copy copy{.offset = call[1], .address = call[0], .size = call[2]};
    TRY(call.charge(copy_fee + copy.size));
    if (copy.size == 0) return 0;
    TRY(check_32_bit(call));
    TRY(check_stable(call, copy));
    TRY(touch(call, copy));
    TRY(check_heap(call, copy));
    return read(call, copy);
}

CallResult stable_write(SystemCall& call) {
    const Copy copy{.offset = call[0], .address = call[1], .size = call[2]};
    TRY(call.charge(copy_fee + copy.size));
    TRY(check_32_bit(call));
    TRY(check_stable(call, copy));
    if (copy.size == 0) return 0;
    TRY(touch_for_write(call, copy));
    TRY(check_heap(call, copy));
    return write(call, copy);
}

}  // namespace icvm::replica::calls
