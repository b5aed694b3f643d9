// frequency [MODULE CALL…]: which internal instructions run most, and behind which, in
// bench/programs and the tutorial's counters; or in one canister, with update calls to it such as
// 'inc' or 'put:(3 : nat)'. Prints Markdown. See bench/README.md.

#include <cstdio>
#include <cstdlib>

#include "bench/frequency/counts.hpp"
#include "bench/module_file.hpp"
#include "bench/programs.hpp"
#include "replica/replica.hpp"
#include "vm/vm.hpp"

namespace icvm::bench {
namespace {

constexpr i64 budget_max = i64(1) << 60;

template <class T>
T need(T value, const std::string& what) {
    if (value) return value;
    std::fprintf(stderr, "frequency: %s failed\n", what.c_str());
    std::exit(1);
}

Counts count_program(const Program& program) {
    const auto module = need(vm::load_module(read_file(path_of(program)), {}), program.name);
    vm::InstantiationOptions options;
    options.memory.guard = true;
    vm::Store store;
    const auto instance = need(store.instantiate(*module, {}, options), program.name);
    const vm::Value n = vm::Value::i32(program.n);
    vm::Execution execution(store, *need(vm::find_exported_function(**instance, "run"), "run"),
                            {&n, 1}, vm::Budget::of(budget_max, budget_max));
    need(execution.run() == vm::Outcome::finished, program.name);
    return take_counts();
}

/// Installs the first module, upgrades to the others, with the same calls to each.
Counts count_canister(const std::vector<std::string>& modules,
                      const std::vector<std::string>& calls) {
    using namespace replica;
    auto replica = need(Replica::open(open_memory(), {}), "open");
    InstallCode install;
    install.canister = *need(replica->create_canister("canister"), "create");
    install.argument = *candid::encode_arguments("()", nullptr, nullptr);
    for (const std::string& path : modules) {
        install.module = read_file(path);
        need(replica->install_code(install), path);
        install.mode = InstallMode::upgrade;
        if (path.find("/motoko/") != path.npos)
            install.wasm_memory_persistence = WasmMemoryPersistence::keep;
        for (const std::string& call : calls) {
            const size_t colon = call.find(':');
            const std::string text = colon == call.npos ? "()" : call.substr(colon + 1);
            const auto argument = need(candid::encode_arguments(text, nullptr, nullptr), text);
            need(replica->update({install.canister, call.substr(0, colon), *argument}), call);
        }
    }
    return take_counts();
}

}  // namespace
}  // namespace icvm::bench

int main(int argc, char** argv) {
    using namespace icvm::bench;
    icvm::vm::install_fault_handler();
    std::vector<Counts> small, real;
    if (argc > 1) {
        real.push_back(count_canister({argv[1]}, {argv + 2, argv + argc}));
    } else {
        for (const Program& program : programs()) small.push_back(count_program(program));
        for (const std::string counter : {"motoko", "motoko-classical", "c", "rust", "wat"}) {
            const std::string path = "docs/examples/counter/" + counter + "/counter";
            real.push_back(count_canister({path + "1.wasm", path + "2.wasm"}, {"inc", "get"}));
        }
        std::fputs(table("Programs", small).c_str(), stdout);
    }
    std::fputs(table("Canisters", real).c_str(), stdout);
}
