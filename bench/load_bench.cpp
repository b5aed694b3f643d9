// From a module's bytes to code that can run: decoding alone, and all of decoding, validation and
// compilation.

#include <benchmark/benchmark.h>

#include "bench/module_file.hpp"
#include "vm/vm.hpp"

namespace icvm::bench {
namespace {

void decode(benchmark::State& state, const char* path) {
    const ByteVector bytes = read_file(path);
    for (auto _ : state) {
        auto module = vm::decode_module(bytes);
        if (!module) return state.SkipWithError("malformed");
        benchmark::DoNotOptimize(module);
    }
    state.SetBytesProcessed(state.iterations() * i64(bytes.size()));
}

void load(benchmark::State& state, const char* path) {
    const ByteVector bytes = read_file(path);
    vm::CompileOptions options;
    options.track = true;
    for (auto _ : state) {
        auto module = vm::load_module(bytes, options);
        if (!module) return state.SkipWithError(vm::to_string(module.error()).c_str());
        benchmark::DoNotOptimize(module);
    }
    state.SetBytesProcessed(state.iterations() * i64(bytes.size()));
}

#define MODULE(name, path)                                                \
    BENCHMARK_CAPTURE(decode, name, path)->Unit(benchmark::kMicrosecond); \
    BENCHMARK_CAPTURE(load, name, path)->Unit(benchmark::kMicrosecond)

MODULE(motoko, "docs/examples/counter/motoko/counter1.wasm");
MODULE(motoko_classical, "docs/examples/counter/motoko-classical/counter1.wasm");
MODULE(c, "docs/examples/counter/c/counter1.wasm");
MODULE(wat, "docs/examples/counter/wat/counter1.wasm");
MODULE(rust, "docs/examples/counter/rust/counter1.wasm");

}  // namespace
}  // namespace icvm::bench
