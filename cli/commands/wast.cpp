#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "cli/command.hpp"
#include "cli/input.hpp"
#include "cli/interruption.hpp"
#include "vm/script/suite.hpp"

namespace icvm::cli {
namespace {

/// The scripts of a folder, by name; those of folders in it are not among them.
Result<std::vector<std::string>, Problem> scripts_in(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error))
        if (it->path().extension() == ".wast") paths.push_back(it->path().string());
    if (error)
        return std::unexpected(
            file_problem(fmt::format("cannot read {}: {}", folder, error.message())));
    if (paths.empty())
        return std::unexpected(file_problem(fmt::format("there is no .wast file in {}", folder)));
    std::ranges::sort(paths);
    return paths;
}

Result<std::vector<std::string>, Problem> paths_of(const std::vector<std::string>& operands) {
    std::vector<std::string> paths;
    for (const std::string& operand : operands) {
        std::error_code error;
        if (!std::filesystem::is_directory(operand, error)) {
            paths.push_back(operand);
            continue;
        }
        for (std::string& path : TRY(scripts_in(operand))) paths.push_back(std::move(path));
    }
    return paths;
}

Result<std::vector<vm::ScriptSource>, Problem> read_scripts(const std::vector<std::string>& paths) {
    std::vector<vm::ScriptSource> sources;
    for (const std::string& path : paths) {
        const ByteVector bytes = TRY(read_file(path));
        sources.push_back({path, std::string(text_of(bytes))});
    }
    return sources;
}

using Counts = std::array<u64, vm::assertion_kinds>;

/// Those kinds of which there are any.
std::string json_of(const Counts& counts) {
    JsonObject kinds;
    for (size_t i = 0; i < counts.size(); i++)
        if (counts[i] != 0) kinds.add(to_string(vm::AssertionKind(i)), counts[i]);
    return kinds.text();
}

std::string json_of(const vm::ScriptReport& report) {
    JsonArray failures;
    for (const vm::ScriptFailure& failure : report.failures) {
        JsonObject one;
        one.add("line", u64(failure.position.line));
        one.add("column", u64(failure.position.column));
        one.add("message", failure.message);
        failures.add_json(one.text());
    }
    JsonObject object;
    object.add("file", report.file);
    object.add("passed", report.passed());
    object.add("failed", u64(report.failures.size()));
    object.add_json("kinds", json_of(report.passed_by_kind));
    object.add_json("failures", failures.text());
    return object.text();
}

/// The totals; the failures before them.
Done tell(Context& context, const std::vector<vm::ScriptReport>& reports) {
    u64 passed = 0, failed = 0;
    Counts counts{};
    JsonArray files;
    for (const vm::ScriptReport& report : reports) {
        passed += report.passed();
        failed += report.failures.size();
        for (size_t i = 0; i < counts.size(); i++) counts[i] += report.passed_by_kind[i];
        for (const std::string& line : failure_lines(report)) context.terminal.result(line);
        files.add_json(json_of(report));
    }
    for (size_t i = 0; i < counts.size(); i++)
        if (counts[i] != 0)
            context.terminal.detail(
                fmt::format("{} {}", counts[i], to_string(vm::AssertionKind(i))));
    context.terminal.result(fmt::format("{} passed, {} failed", passed, failed));
    context.json.add_json("files", files.text());
    context.json.add_json("kinds", json_of(counts));
    context.json.add("passed", passed);
    context.json.add("failed", failed);
    if (failed == 0) return {};
    Problem problem{{exit_code::file, {}, {}, {}}};
    problem.reason = fmt::format("{} of {} assertions failed", failed, passed + failed);
    return std::unexpected(std::move(problem));
}

}  // namespace

Done command_wast(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.empty())
        return std::unexpected(usage_problem("which script?", invocation.command));
    const auto sources = TRY(read_scripts(TRY(paths_of(invocation.operands))));
    vm::SuiteOptions options;
    options.guard = context.globals.guard;
    options.stress = invocation.has("stress");
    options.threads = std::max(1u, std::thread::hardware_concurrency());
    end_at_interrupt(true);
    const auto reports = vm::run_scripts(sources, options);
    end_at_interrupt(false);
    return tell(context, reports);
}

}  // namespace icvm::cli
