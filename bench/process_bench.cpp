// What a person waits for: whole processes, from exec to exit. The program is the `icvm` that
// stands beside this one. Each figure comes from 50 runs.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

extern char** environ;

namespace icvm::bench {
namespace {

using Words = std::vector<std::string>;

constexpr const char* counters[] = {"motoko", "motoko-classical", "c", "rust", "wat"};

std::string module_path(const char* counter) {
    return std::string("docs/examples/counter/") + counter + "/counter1.wasm";
}

const std::filesystem::path& folder_of_programs() {
    static const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    return folder;
}

double milliseconds(const timeval& time) {
    return double(time.tv_sec) * 1e3 + double(time.tv_usec) / 1e3;
}

/// Runs icvm with these words, its output thrown away: the CPU time that it took in milliseconds,
/// or nothing unless it exits with 0.
std::optional<double> run(Words words) {
    const std::string program = folder_of_programs() / "icvm";
    words.insert(words.begin(), program);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int stream : {1, 2})
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const bool spawned =
        posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    rusage usage{};
    const bool done = spawned && wait4(child, &status, 0, &usage) == child && WIFEXITED(status) &&
                      WEXITSTATUS(status) == 0;
    if (!done) return std::nullopt;
    return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

void time_process(benchmark::State& state, const Words& words) {
    using Clock = std::chrono::steady_clock;
    for (auto _ : state) {
        const auto begun = Clock::now();
        const auto cpu = run(words);
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - begun).count());
        if (!cpu) return state.SkipWithError("icvm failed");
        state.counters["cpu_ms"] = *cpu;
    }
}

/// A call whose effect is on the disk when the process ends; the state is beside the programs.
void time_durable_call(benchmark::State& state, const char* counter) {
    const auto folder = folder_of_programs() / "bench-state";
    static std::string installed;
    if (installed != counter) {
        std::filesystem::remove_all(folder);
        if (!run({"-s", folder, "install", "counter", module_path(counter)}))
            return state.SkipWithError("icvm install failed");
        installed = counter;
    }
    time_process(state, {"-s", folder, "call", "counter", "inc"});
}

double percentile_99(const std::vector<double>& times) {
    std::vector<double> sorted = times;
    std::sort(sorted.begin(), sorted.end());
    return sorted[size_t(std::ceil(double(sorted.size()) * 0.99)) - 1];
}

void shape(benchmark::internal::Benchmark* benchmark) {
    benchmark->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1)
        ->Repetitions(50)
        ->ReportAggregatesOnly()
        ->ComputeStatistics("p99", percentile_99);
}

const bool registered = [] {
    shape(benchmark::RegisterBenchmark("process/version", time_process, Words{"version"}));
    for (const char* counter : counters) {
        const std::string run_name = std::string("process/run/") + counter;
        const std::string call_name = std::string("process/durable_call/") + counter;
        shape(benchmark::RegisterBenchmark(run_name.c_str(), time_process,
                                           Words{"run", module_path(counter), "inc"}));
        shape(benchmark::RegisterBenchmark(call_name.c_str(), time_durable_call, counter));
    }
    return true;
}();

}  // namespace
}  // namespace icvm::bench
