// Several canisters of one subnet, state in memory: a call with its reply, a chain of composite
// queries, a round of ten thousand heartbeats and the memory that they take. CPU time, with the
// least of the repetitions beside the median.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "bench/module_file.hpp"
#include "replica/replica.hpp"

namespace icvm::bench {
namespace {

using namespace replica;

ByteVector candid_bytes(const std::string& text) {
    return *candid::encode_arguments(text, nullptr, nullptr);
}

/// Nothing if it could not be installed.
std::optional<Principal> install(Replica& replica, const std::string& name,
                                 const std::string& module, const std::string& argument) {
    InstallCode code{.module = read_file("docs/examples/c/" + module + ".wasm"),
                     .argument = candid_bytes(argument)};
    const auto created = replica.create_and_install(name, code);
    if (!created) return std::nullopt;
    return created->id;
}

/// A chain of counters, each of which knows the one before; the last of them.
std::optional<Principal> chain(Replica& replica, int length) {
    std::optional<Principal> last = install(replica, "0", "calls/calls", "(null)");
    for (int i = 1; i < length && last; i++)
        last = install(replica, std::to_string(i), "calls/calls",
                       "(opt principal \"" + last->text() + "\")");
    return last;
}

constexpr int calls = 1000;

/// A message that calls the other counter, awaits the reply and calls again: per call.
void call_and_reply(benchmark::State& state) {
    auto replica = Replica::open(open_memory(), {});
    const auto caller = chain(*replica, 2);
    if (!caller) return state.SkipWithError("not installed");
    const ByteVector more = candid_bytes("(" + std::to_string(calls - 1) + " : nat64)");
    for (auto _ : state) {
        const auto reply = replica->update({*caller, "call_often", more});
        if (!reply) return state.SkipWithError("rejected");
    }
    state.counters["per call"] =
        benchmark::Counter(double(calls) * double(state.iterations()),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// One message that makes one call.
void message_with_call(benchmark::State& state) {
    auto replica = Replica::open(open_memory(), {});
    const auto caller = chain(*replica, 2);
    if (!caller) return state.SkipWithError("not installed");
    const ByteVector nothing = candid_bytes("()");
    for (auto _ : state) {
        const auto reply = replica->update({*caller, "call", nothing});
        if (!reply) return state.SkipWithError("rejected");
    }
}

/// A composite query that asks a canister that asks a third.
void composite_query(benchmark::State& state) {
    auto replica = Replica::open(open_memory(), {});
    const auto caller = chain(*replica, 3);
    if (!caller) return state.SkipWithError("not installed");
    const ByteVector nothing = candid_bytes("()");
    for (auto _ : state) {
        const auto reply = replica->query({*caller, "last_get", nothing});
        if (!reply) return state.SkipWithError("rejected");
    }
}

double resident_mib() {
    u64 pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return double(resident) * double(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// One round in which each of ten thousand counters has a heartbeat.
void heartbeats(benchmark::State& state) {
    const double before = resident_mib();
    auto replica = Replica::open(open_memory(), {});
    for (int i = 0; i < 10'000; i++)
        if (!install(*replica, std::to_string(i), "heartbeat/heartbeat", "()"))
            return state.SkipWithError("not installed");
    for (auto _ : state)
        if (!replica->tick()) return state.SkipWithError("not committed");
    state.counters["MiB"] = resident_mib() - before;
}

double least(const std::vector<double>& times) { return std::ranges::min(times); }

const bool registered = [] {
    const auto shape = [](const char* name, void (*function)(benchmark::State&),
                          benchmark::TimeUnit unit) {
        benchmark::RegisterBenchmark(name, function)
            ->Unit(unit)
            ->Repetitions(9)
            ->ReportAggregatesOnly()
            ->ComputeStatistics("min", least);
    };
    shape("canisters/call and reply, 1000 times", call_and_reply, benchmark::kMicrosecond);
    shape("canisters/message with a call", message_with_call, benchmark::kMicrosecond);
    shape("canisters/composite query across three", composite_query, benchmark::kMicrosecond);
    shape("canisters/10000 heartbeats", heartbeats, benchmark::kMillisecond);
    return true;
}();

}  // namespace
}  // namespace icvm::bench
