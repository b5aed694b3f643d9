// The work of `icvm run COUNTER inc` inside one process and in its stages: the module's code with
// all checks, its installation when the code is there, one call. (Without mainnet's rules:
// load_bench.)

#include <benchmark/benchmark.h>

#include <string>

#include "bench/module_file.hpp"
#include "replica/execution/module_cache.hpp"
#include "replica/replica.hpp"

namespace icvm::bench {
namespace {

using namespace replica;

constexpr const char* counters[] = {"motoko", "motoko-classical", "c", "rust", "wat"};

ByteVector module_of(const std::string& counter) {
    return read_file("docs/examples/counter/" + counter + "/counter1.wasm");
}

void code(benchmark::State& state, const std::string& counter) {
    const ByteVector bytes = module_of(counter);
    const auto options = canister_compile_options(true, vm::default_costs());
    for (auto _ : state) {
        auto module = make_canister_module(bytes, options);
        if (!module) return state.SkipWithError("refused");
        benchmark::DoNotOptimize(module);
    }
}

Result<Replica, Failure> open_with(InstallCode& install, u64& instructions) {
    Replica replica = TRY(Replica::open(open_memory(), {}));
    install.canister = TRY(replica.create_canister("counter"));
    instructions = TRY(replica.install_code(install)).instructions;
    return replica;
}

InstallCode installation_of(const std::string& counter) {
    InstallCode install;
    install.module = module_of(counter);
    install.argument = *candid::encode_arguments("()", nullptr, nullptr);
    return install;
}

/// With code that is there already: what remains is the canister's own work and the transition.
void install(benchmark::State& state, const std::string& counter) {
    InstallCode request = installation_of(counter);
    u64 instructions = 0;
    for (auto _ : state)
        if (!open_with(request, instructions)) return state.SkipWithError("not installed");
    state.counters["instructions"] = double(instructions);
}

void call(benchmark::State& state, const std::string& counter) {
    InstallCode request = installation_of(counter);
    u64 instructions = 0;
    auto replica = open_with(request, instructions);
    if (!replica) return state.SkipWithError("not installed");
    for (auto _ : state) {
        auto reply = replica->update({request.canister, "inc", request.argument});
        if (!reply) return state.SkipWithError("rejected");
        instructions = reply->receipt.instructions;
    }
    state.counters["instructions"] = double(instructions);
}

using Stage = void (*)(benchmark::State&, const std::string&);

const bool registered = [] {
    constexpr std::pair<const char*, Stage> stages[] = {
        {"code", code}, {"install", install}, {"call", call}};
    for (const char* counter : counters)
        for (const auto& [name, stage] : stages) {
            const std::string title = std::string("stage/") + counter + "/" + name;
            benchmark::RegisterBenchmark(title.c_str(), stage, std::string(counter))
                ->Unit(benchmark::kMicrosecond);
        }
    return true;
}();

}  // namespace
}  // namespace icvm::bench
