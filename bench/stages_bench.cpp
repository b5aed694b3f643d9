// The work of `icvm run COUNTER inc` inside one process and in its stages: what is in the module,
// its installation, the same without making code, one call. (The code alone: load_bench.)

#include <benchmark/benchmark.h>

#include <string>

#include "bench/module_file.hpp"
#include "replica/replica.hpp"

namespace icvm::bench {
namespace {

using namespace replica;

constexpr const char* counters[] = {"motoko", "motoko-classical", "c", "rust", "wat"};

ByteVector module_of(const std::string& counter) {
    return read_file("docs/examples/counter/" + counter + "/counter1.wasm");
}

void inspect(benchmark::State& state, const std::string& counter) {
    const ByteVector bytes = module_of(counter);
    for (auto _ : state) {
        auto info = inspect_module(bytes);
        if (!info) return state.SkipWithError("refused");
        benchmark::DoNotOptimize(info);
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

void install(benchmark::State& state, const std::string& counter) {
    InstallCode request = installation_of(counter);
    u64 instructions = 0;
    for (auto _ : state)
        if (!open_with(request, instructions)) return state.SkipWithError("not installed");
    state.counters["instructions"] = double(instructions);
}

/// With code that is there already: what remains is the canister's own work and the transition.
void reinstall(benchmark::State& state, const std::string& counter) {
    InstallCode request = installation_of(counter);
    u64 instructions = 0;
    auto replica = open_with(request, instructions);
    if (!replica) return state.SkipWithError("not installed");
    request.mode = InstallMode::reinstall;
    for (auto _ : state)
        if (!replica->install_code(request)) return state.SkipWithError("not installed");
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
        {"inspect", inspect}, {"install", install}, {"reinstall", reinstall}, {"call", call}};
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
