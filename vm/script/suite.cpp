#include "vm/script/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

#include "vm/script/runner.hpp"

namespace icvm::vm {
namespace {

/// Takes one script after the other until none is left.
void work(std::span<const ScriptSource> sources, const SuiteOptions& options,
          std::atomic<size_t>& next, std::vector<ScriptReport>& reports) {
    for (size_t i = next++; i < sources.size(); i = next++)
        reports[i] = run_script(sources[i], options);
}

}  // namespace

std::string_view to_string(AssertionKind kind) {
    constexpr std::string_view names[assertion_kinds] = {
        "assert_return",    "assert_trap",    "assert_exception", "assert_exhaustion",
        "assert_malformed", "assert_invalid", "assert_unlinkable"};
    return names[size_t(kind)];
}

u64 ScriptReport::passed() const {
    return std::accumulate(passed_by_kind.begin(), passed_by_kind.end(), u64(0));
}

ScriptReport run_script(const ScriptSource& source, const SuiteOptions& options) {
    ScriptReport report;
    const auto script = parse_script(source.text);
    if (script) {
        report = ScriptRunner(options).run(*script);
    } else {
        report.failures.push_back(
            {script.error().position, "the script cannot be read: " + script.error().reason});
    }
    report.file = source.file;
    return report;
}

std::vector<ScriptReport> run_scripts(std::span<const ScriptSource> sources,
                                      const SuiteOptions& options) {
    std::vector<ScriptReport> reports(sources.size());
    std::atomic<size_t> next = 0;
    std::vector<std::jthread> threads;
    for (u32 i = 1; i < std::min<size_t>(options.threads, sources.size()); i++)
        threads.emplace_back([&] { work(sources, options, next, reports); });
    work(sources, options, next, reports);
    threads.clear();
    return reports;
}

std::vector<std::string> failure_lines(const ScriptReport& report) {
    std::vector<std::string> lines;
    for (const ScriptFailure& failure : report.failures)
        lines.push_back(
            fmt::format("FAILED: {}:{}: {}", report.file, failure.position.line, failure.message));
    return lines;
}

}  // namespace icvm::vm
