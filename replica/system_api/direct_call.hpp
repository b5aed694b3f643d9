#pragma once

/// Calls of the System API without a module, for tests: in any context, on a heap of one page.

#include <initializer_list>
#include <string>

#include "replica/state/storage_double.hpp"
#include "replica/system_api/imports.hpp"

namespace icvm::replica::test {

class DirectCall {
public:
    static constexpr u64 heap_bytes = vm::wasm_page_bytes;

    explicit DirectCall(bool memory64 = false) : memory64_(memory64) {
        canister.id = Principal::canister(first_canister_index);
        execution.canister = &canister;
        execution.stable = &stable;
        execution.memory64 = memory64;
        execution.budget_at_start = budget_at_start;
        vm::MemoryType type;
        type.limits = {1, 1};
        heap_ = vm::Memory::create(type, 1, nullptr, {.guard = false});
    }

    /// "", or what the canister that traps is told: "IC0504: …", with the help behind a newline.
    /// Arguments that are not given are 0.
    std::string operator()(std::string_view name, std::initializer_list<u64> arguments = {}) {
        u64 slots[8] = {};
        std::copy(arguments.begin(), arguments.end(), slots);
        vm::Budget budget = vm::Budget::of(budget_at_start, budget_at_start);
        vm::Trap trap{};
        vm::HostCall call{slots, heap_.get(), nullptr, &budget, &trap};
        ExecutionContext* running = &execution;
        const ImportRow& row = *find_import(name, memory64_);
        const vm::HostOutcome outcome = row.body(&running, call);
        result = slots[0];
        used = u64(budget_at_start - budget.remaining());
        if (outcome == vm::HostOutcome::done) return "";
        const ExecutionError& error = *execution.error;
        return to_string(error.code) + ": " + error.text + "\n" + error.help;
    }

    void put(u64 address, std::string_view text) { heap_->write(address, bytes_of(text)); }
    void put(u64 address, Bytes bytes) { heap_->write(address, bytes); }
    std::string text(u64 address, size_t size) {
        return std::string(text_of({heap_->readable(address, size), size}));
    }
    u128 cycles(u64 address) {
        u128 cycles = 0;
        const u8* bytes = heap_->readable(address, 16);
        for (size_t i = 0; i < 16; i++) cycles |= u128(bytes[i]) << (8 * i);
        return cycles;
    }

    Canister canister;
    StorageDouble storage;
    StableMemory stable{storage, MemoryId(1), 0};
    ExecutionContext execution;
    u64 result = 0;  ///< of the last call
    u64 used = 0;    ///< its instructions

private:
    static constexpr i64 budget_at_start = 1'000'000'000;

    bool memory64_;
    std::unique_ptr<vm::Memory> heap_;
};

}  // namespace icvm::replica::test
