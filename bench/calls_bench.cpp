// A call and its return: within Wasm, into a plain host function, into the System API. Each time is
// that of one turn of a loop which does nothing else but count.

#include <benchmark/benchmark.h>

#include <string>

#include "replica/replica.hpp"
#include "vm/vm.hpp"

namespace icvm::bench {
namespace {

constexpr int turns = 100'000;

/// A module with `function` as function 0 and an export that calls it in a loop.
ByteVector caller_of(const std::string& function, const std::string& name) {
    const std::string text = "(module " + function + R"(
        (memory 1)
        (func (export ")" + name +
                             R"(") (local $n i32)
          (local.set $n (i32.const )" +
                             std::to_string(turns) + R"())
          (loop $next
            (drop (call 0))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))";
    return vm::parse_module(text + ")")->bytes;
}

vm::HostOutcome answer(void*, vm::HostCall& call) {
    call.slots[0] = 7;
    return vm::HostOutcome::done;
}

/// Runs the loop of an instance, in which the call goes to `import` when there is one.
void call_in(benchmark::State& state, const char* function, bool imported) {
    const auto module = vm::load_module(caller_of(function, "run"), {});
    vm::Store store;
    vm::FunctionType type;
    type.results = {vm::types::i32};
    std::vector<vm::Extern> imports;
    if (imported) imports.emplace_back(store.add_host_function({type, answer, nullptr, "f"}));
    const auto instance = store.instantiate(*module, imports);
    if (!instance) return state.SkipWithError("cannot be instantiated");
    while (state.KeepRunningBatch(turns))
        if (!vm::invoke(store, *vm::find_exported_function(**instance, "run"), {}))
            return state.SkipWithError("trapped");
}

void wasm(benchmark::State& state) { call_in(state, "(func (result i32) i32.const 7)", false); }

void host(benchmark::State& state) {
    call_in(state, R"((func (import "m" "f") (result i32)))", true);
}

void system_api(benchmark::State& state) {
    using namespace replica;
    const std::string import = R"((func (import "ic0" "msg_arg_data_size") (result i32)))";
    InstallCode install{.module = caller_of(import, "canister_update run")};
    auto replica = Replica::open(open_memory(), {});
    const auto canister = replica->create_and_install("canister", install);
    if (!canister) return state.SkipWithError("not installed");
    while (state.KeepRunningBatch(turns)) {
        const auto reply = replica->update({canister->id, "run", {}});
        // It does not reply, and what it did stays.
        if (reply || !reply.error().is_committed) return state.SkipWithError("trapped");
    }
}

BENCHMARK(wasm)->Name("call/wasm");
BENCHMARK(host)->Name("call/host");
BENCHMARK(system_api)->Name("call/system_api");

}  // namespace
}  // namespace icvm::bench
