// Measurements of the VM, by Google Benchmark: bench --benchmark_filter=fib

#include <benchmark/benchmark.h>

#include <string>

#include "vm/vm.hpp"

int main(int argc, char** argv) {
    icvm::vm::install_fault_handler();
    benchmark::AddCustomContext("dispatcher", std::string(icvm::vm::dispatcher_name()));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
