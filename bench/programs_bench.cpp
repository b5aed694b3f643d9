// The programs in bench/programs, each with guard pages or bounds checks, and with plain or tracked
// stores. Metering is always on. A wrong checksum is an error, not a time.

#include <benchmark/benchmark.h>

#include "bench/module_file.hpp"
#include "bench/programs.hpp"
#include "vm/vm.hpp"

namespace icvm::bench {
namespace {

constexpr i64 budget_max = i64(1) << 60;

struct Loaded {
    vm::Store store;
    vm::FunctionInstance* run = nullptr;
};

/// Says what is wrong; nothing when all is well.
std::string load(const Program& program, bool guard, bool track, Loaded& loaded) {
    vm::CompileOptions options;
    options.guard = guard;
    options.track = track;
    auto module = vm::load_module(read_file(path_of(program)), options);
    if (!module) return vm::to_string(module.error());
    vm::InstantiationOptions instantiation;
    instantiation.memory.guard = guard;
    instantiation.memory.track = track;
    auto instance = loaded.store.instantiate(*module, {}, instantiation);
    if (!instance) return "cannot be instantiated";
    loaded.run = vm::find_exported_function(**instance, "run");
    return loaded.run ? "" : "exports no run";
}

void run_program(benchmark::State& state, const Program& program, bool guard, bool track) {
    Loaded loaded;
    if (std::string problem = load(program, guard, track, loaded); !problem.empty())
        return state.SkipWithError(problem.c_str());
    const vm::Value argument = vm::Value::i32(program.n);
    i64 instructions = 0;
    for (auto _ : state) {
        vm::Execution execution(loaded.store, *loaded.run, {&argument, 1},
                                vm::Budget::of(budget_max, budget_max));
        if (execution.run() != vm::Outcome::finished) return state.SkipWithError("trapped");
        if (u32(execution.results()[0].bits) != program.checksum)
            return state.SkipWithError("wrong checksum");
        instructions += budget_max - execution.budget().remaining();
    }
    state.counters["instructions"] =
        benchmark::Counter(double(instructions), benchmark::Counter::kIsRate);
}

const bool registered = [] {
    for (const Program& program : programs())
        for (bool guard : {true, false})
            for (bool track : {false, true}) {
                const std::string name = std::string(program.name) +
                                         (guard ? "/guarded" : "/checked") +
                                         (track ? "/tracked" : "/plain");
                benchmark::RegisterBenchmark(name.c_str(), run_program, program, guard, track)
                    ->Unit(benchmark::kMillisecond);
            }
    return true;
}();

}  // namespace
}  // namespace icvm::bench
