// One message of the C counter through the replica, state in memory: all that a call costs but the
// disk. CPU time, with the least of the repetitions beside the median.

#include <benchmark/benchmark.h>

#include <algorithm>

#include "bench/module_file.hpp"
#include "replica/replica.hpp"

namespace icvm::bench {
namespace {

using namespace replica;

using Message = Result<Reply, Failure> (Replica::*)(const Call& call);

void send(benchmark::State& state, Message message, const char* method) {
    const ByteVector nothing = *candid::encode_arguments("()", nullptr, nullptr);
    InstallCode install{.module = read_file("docs/examples/counter/c/counter1.wasm"),
                        .argument = nothing};
    auto replica = Replica::open(open_memory(), {});
    const auto counter = replica->create_and_install("counter", install);
    if (!counter) return state.SkipWithError("not installed");
    u64 instructions = 0;
    for (auto _ : state) {
        const auto reply = ((*replica).*message)({counter->id, method, nothing});
        if (!reply) return state.SkipWithError("rejected");
        instructions = reply->receipt.instructions;
    }
    state.counters["instructions"] = double(instructions);
}

double least(const std::vector<double>& times) { return std::ranges::min(times); }

const bool registered = [] {
    const auto shape = [](benchmark::internal::Benchmark* benchmark) {
        benchmark->Unit(benchmark::kMicrosecond)
            ->Repetitions(9)
            ->ReportAggregatesOnly()
            ->ComputeStatistics("min", least);
    };
    shape(benchmark::RegisterBenchmark("message/update", send, &Replica::update, "inc"));
    shape(benchmark::RegisterBenchmark("message/query", send, &Replica::query, "get"));
    return true;
}();

}  // namespace
}  // namespace icvm::bench
