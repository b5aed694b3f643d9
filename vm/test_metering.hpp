#pragma once

/// A module in two forms that must count the same: one that the interpreter counts, and one that
/// has mainnet's counter written into it and runs free of charge. No part of the program.

#include <functional>

#include "vm/test_instrumentation.hpp"

namespace icvm::vm {

/// The counter as a host function finds it.
class HostCounter {
public:
    explicit HostCounter(HostCall& call) : budget_(call.budget) {
        const auto found = find_export(*call.instance, mainnet::counter_name);
        if (found) cell_ = std::get<GlobalInstance*>(*found)->cell;
    }
    i64 value() const { return cell_ ? i64(*cell_) : budget_->remaining(); }
    /// docs/metering.md, "System API fees", 1 and 2.
    bool charge(i64 fee) {
        if (!cell_) return budget_->charge(u64(fee));
        if (value() < 0) return false;
        *cell_ -= u64(fee);
        return value() >= 0;
    }
    /// charge; a host function returns what this gives.
    HostOutcome pay(i64 fee, HostCall& call) {
        if (charge(fee)) return HostOutcome::done;
        call.trap->reason = TrapReason::out_of_budget;
        return HostOutcome::trap;
    }

private:
    Budget* budget_;
    u64* cell_ = nullptr;
};

/// What must be the same in both forms.
struct MeteredOutcome {
    std::string trap;  ///< empty: none
    i64 counter = 0;
    std::vector<TrapFrame> frames;
    std::vector<Value> results;
};

enum class MeteredForm : u8 { counted, instrumented };

struct MeteredModule {
    std::shared_ptr<const CompiledModule> counted;
    std::shared_ptr<const CompiledModule> instrumented;
    mainnet::Instrumented written;
    std::string error;  ///< not empty: it is no module

    MeteredModule(const ByteVector& bytes, CompileOptions options) {
        auto plain = load_module(bytes, options);
        if (!plain) {
            error = to_string(plain.error());
            return;
        }
        counted = *plain;
        written = mainnet::instrument(module_of(*counted), 0);
        options.costs = &mainnet::free_of_charge;
        auto other = load_module(written.bytes, options);
        if (other)
            instrumented = *other;
        else
            error = "with the counter: " + to_string(other.error());
    }
    const Module& module() const { return module_of(*counted); }
};

/// What a module imports, for an instance in that store.
using ImportMaker = std::function<std::vector<Extern>(Store&, const Module&)>;

/// An instance of one of the forms; its start function has not run.
class MeteredInstance {
public:
    MeteredInstance(const MeteredModule& module, MeteredForm form, const ImportMaker& imports,
                    InstantiationOptions options = {})
        : checked_blocks_(module.written.checked_blocks),
          written_(form == MeteredForm::instrumented ? &module.written : nullptr) {
        options.run_start = false;
        auto made = store_.instantiate(written_ ? module.instrumented : module.counted,
                                       imports(store_, module.module()), options);
        if (made) instance_ = *made;
    }

    /// nullptr: it could not be instantiated.
    Instance* instance() { return instance_; }

    MeteredOutcome run(FunctionInstance& function, const std::vector<Value>& arguments, i64 limit,
                       i64 slice) {
        if (written_) counter() = u64(limit);
        const Budget budget =
            written_ ? Budget::of(unlimited, unlimited) : Budget::of(limit, slice);
        Execution execution(store_, function, arguments, budget);
        Outcome outcome = Outcome::paused;
        while (outcome == Outcome::paused) outcome = execution.run();
        MeteredOutcome result;
        const i64 left = written_ ? i64(counter()) : execution.budget().remaining();
        result.counter = std::max(left, -unlimited);
        if (outcome == Outcome::trapped)
            tell_trap(result, execution.trap());
        else
            result.results.assign(execution.results().begin(), execution.results().end());
        return result;
    }

private:
    static constexpr i64 unlimited = i64(1) << 62;

    u64& counter() {
        return *std::get<GlobalInstance*>(*find_export(*instance_, mainnet::counter_name))->cell;
    }

    void tell_trap(MeteredOutcome& result, const Trap& trap) const {
        result.trap = to_string(trap.reason);
        result.frames = written_ ? mainnet::original_frames(*written_, trap.frames) : trap.frames;
        if (written_ && !trap.frames.empty() && trap.frames[0].function == written_->run_out)
            result.trap = to_string(TrapReason::out_of_budget);
        if (result.trap == to_string(TrapReason::out_of_budget) && !result.frames.empty())
            result.frames[0].offset = place_of_check(result.frames[0].offset);
        // A backtrace is cut; two frames of the instrumented form were not the module's.
        if (result.frames.size() > backtrace_frames_max - 2)
            result.frames.resize(backtrace_frames_max - 2);
    }

    /// Where a block was not begun may be told as any of its instructions: none of them has run.
    u32 place_of_check(u32 offset) const {
        for (const mainnet::CheckedBlock& block : checked_blocks_)
            if (block.opening <= offset && offset < block.end) return block.place;
        return offset;
    }

    const std::vector<mainnet::CheckedBlock>& checked_blocks_;
    const mainnet::Instrumented* written_;
    Store store_;
    Instance* instance_ = nullptr;
};

}  // namespace icvm::vm
