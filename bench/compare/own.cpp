#include "bench/compare/own.hpp"

#include <cstdio>

#include "bench/module_file.hpp"
#include "vm/vm.hpp"

namespace icvm::bench {
namespace {

constexpr i64 budget_max = i64(1) << 60;

int complain(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return 1;
}

}  // namespace

int run_module(const std::string& path, u32 n, bool tracked) {
    vm::install_fault_handler();
    vm::CompileOptions options;
    options.track = tracked;
    options.guard = vm::guard_available();
    auto module = vm::load_module(read_file(path), options);
    if (!module) return complain(vm::to_string(module.error()));
    vm::InstantiationOptions instantiation;
    instantiation.memory.guard = options.guard;
    instantiation.memory.track = tracked;
    vm::Store store;
    auto instance = store.instantiate(*module, {}, instantiation);
    if (!instance) return complain("cannot be instantiated");
    vm::FunctionInstance* run = vm::find_exported_function(**instance, "run");
    if (run == nullptr) return complain("exports no run");
    const vm::Value argument = vm::Value::i32(n);
    vm::Execution execution(store, *run, {&argument, 1}, vm::Budget::of(budget_max, budget_max));
    if (execution.run() != vm::Outcome::finished) return complain("trapped");
    std::printf("%u\n", u32(execution.results()[0].bits));
    return 0;
}

}  // namespace icvm::bench
