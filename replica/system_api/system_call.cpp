#include "replica/system_api/system_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace icvm::replica {

namespace {

constexpr std::string_view wrong_mode_suggestion =
    "Check the ICP documentation to make sure APIs are being called in the correct message types.";

bool is_within(u64 start, u64 length, u64 size) { return start <= size && length <= size - start; }

/// What mainnet says of a range that is not within `size`.
std::unexpected<ExecutionError> out_of_range(std::string_view where, u64 start, u64 length,
                                             u64 size) {
    if (start > std::numeric_limits<u64>::max() - length)
        return std::unexpected(contract_violation(
            fmt::format("{}: src={} + length={} is an invalid address", where, start, length)));
    return std::unexpected(contract_violation(fmt::format(
        "{}: src={} + length={} exceeds the slice size={}", where, start, length, size)));
}

/// A page of the heap could not be read: the state's fault, which ends the message as such.
ExecutionError unreadable() { return trapped("unknown"); }

ExecutionError no_memory() { return contract_violation("WebAssembly module must define memory"); }

}  // namespace

Result<Bytes, ExecutionError> SystemCall::heap(std::string_view where, u64 address, u64 size) {
    if (!host.memory) return std::unexpected(no_memory());
    const u64 heap_bytes = host.memory->size_bytes;
    if (!is_within(address, size, heap_bytes))
        return out_of_range(where, address, size, heap_bytes);
    const u8* bytes = host.memory->readable(address, size);
    if (!bytes && size > 0) return std::unexpected(unreadable());
    return Bytes(bytes, size);
}

CallResult SystemCall::copy(std::string_view source_name, Bytes source, u64 destination, u64 offset,
                            u64 size) {
    if (!host.memory) return std::unexpected(no_memory());
    const u64 heap_bytes = host.memory->size_bytes;
    if (!is_within(destination, size, heap_bytes))
        return out_of_range(fmt::format("ic0.{} heap", row.name), destination, size, heap_bytes);
    if (!is_within(offset, size, source.size()))
        return out_of_range(fmt::format("ic0.{} {}", row.name, source_name), offset, size,
                            source.size());
    if (!host.memory->write(destination, source.subspan(offset, size)))
        return std::unexpected(unreadable());
    return 0;
}

CallResult SystemCall::write_cycles(u128 cycles, u64 destination) {
    std::array<u8, 16> bytes;
    for (size_t i = 0; i < bytes.size(); i++) bytes[i] = u8(cycles >> (8 * i));
    if (!host.memory) return std::unexpected(no_memory());
    if (!host.memory->contains(destination, bytes.size()))
        return std::unexpected(contract_violation(fmt::format(
            "ic0_{} failed because dst + size is out of bounds.Found dst = {} and size = 16 while "
            "must be <= {}",
            row.name, destination, host.memory->size_bytes)));
    if (!host.memory->write(destination, bytes)) return std::unexpected(unreadable());
    return 0;
}

Result<void, ExecutionError> SystemCall::charge(u64 instructions) {
    if (host.budget->charge(instructions)) return {};
    return std::unexpected(out_of_budget());
}

ExecutionError SystemCall::out_of_budget() const {
    const u64 overrun = host.budget->overrun;
    return overrun ? slice_overrun(overrun) : out_of_instructions(execution.instruction_limit);
}

ExecutionError SystemCall::wrong_mode() const {
    // mainnet spells these two as one imports them.
    const bool has_dot = row.name == "root_key_copy" || row.name == "subnet_self_copy";
    return contract_violation(
        fmt::format("\"ic0{}{}\" cannot be executed in {} mode", has_dot ? '.' : '_', row.name,
                    mode_name(execution.context)),
        help_with_link(wrong_mode_suggestion, "calling-a-system-api-from-the-wrong-mode"));
}

}  // namespace icvm::replica
