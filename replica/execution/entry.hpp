#pragma once

#include <array>
#include <map>

#include "replica/execution/run.hpp"
#include "replica/execution/subnet.hpp"

namespace icvm::replica {

// Greatest instructions of one execution (docs/metering.md, "Stages of install_code").
inline constexpr u64 update_instructions_max = 40'000'000'000;
inline constexpr u64 query_instructions_max = 5'000'000'000;
inline constexpr u64 inspect_instructions_max = 200'000'000;

/// One execution in a canister: of a method, a callback, or a system task. First its context is
/// filled in, then it runs, then its effects are applied, or nothing of it is kept.
class Entry {
public:
    /// The canister has code.
    static Result<std::unique_ptr<Entry>, Failure> make(Subnet& subnet, const Canister& canister,
                                                        Context context);
    /// In another heap than the canister's own.
    Entry(Subnet& subnet, const Canister& canister, std::shared_ptr<const CanisterModule> module,
          Heap& heap, Context context);
    ~Entry();
    Entry(const Entry&) = delete;

    ExecutionContext context;
    /// A composite query: what an execution that returns has changed is there until it is rolled
    /// back, or held.
    bool holds_state = false;
    /// The next run begins where the last has ended.
    void hold();
    /// The heap as it was before the first run. False: that cannot be had, forget it.
    bool release();
    const CanisterModule& module() const { return *module_; }
    Heap& heap() { return heap_; }
    StableMemory& stable() { return stable_; }

    /// Runs an exported function, or a callback. A Failure of kind reject: it trapped, and the heap
    /// is as it was before.
    Result<void, Failure> run(std::string_view function, u64 instructions_max);
    Result<void, Failure> run(const Closure& closure, u64 instructions_max);
    /// What it executed, as billed; also after a failure.
    u64 instructions() const { return instructions_; }
    /// Its effects on the canister, all but the answer and the calls: heap, stable memory, globals,
    /// certified data, timer, cycles, log, version. Of a replicated query only cycles, log and
    /// version.
    void apply(Canister& canister);
    /// Nothing but what it printed.
    void apply_log(Canister& canister);

private:
    Result<void, Failure> run(const Run& run);
    /// As they are before the next run.
    const std::vector<vm::Value>& globals() const;

    Subnet& subnet_;
    const Canister& canister_;
    std::shared_ptr<const CanisterModule> module_;
    Heap& heap_;
    StableMemory stable_;
    RunResult result_;
    bool has_run_ = false;
    std::map<u64, std::array<u8, vm::page_bytes>>
        held_;  ///< pages as they were before the first run
    u64 instructions_ = 0;
};

}  // namespace icvm::replica
