/// Runs scripts of the official WebAssembly suite, as wast2json writes them.
///
///     spec-tests [--no-guard] FILE.json…
///
/// The last line is "N passed, N failed"; exit status 1 when there is a failure, 2 for wrong usage.

#include <fmt/core.h>

#include <filesystem>
#include <string_view>

#include "spec-tests/runner.hpp"

int main(int count, char** arguments) {
    using namespace icvm;
    bool guard = true;
    std::vector<std::string> files;
    for (int i = 1; i < count; i++) {
        if (std::string_view(arguments[i]) == "--no-guard") {
            guard = false;
        } else {
            files.emplace_back(arguments[i]);
        }
    }
    if (files.empty()) {
        fmt::print(stderr, "usage: spec-tests [--no-guard] FILE.json...\n");
        return 2;
    }
    if (guard) vm::install_fault_handler();
    spec_tests::Report report;
    for (const std::string& file : files) {
        const auto script = spec_tests::read_script(file);
        if (!script) {
            report.failures.push_back(file + ": not written by wast2json");
            continue;
        }
        const std::string folder = std::filesystem::path(file).parent_path();
        report.add(spec_tests::Runner(*script, folder, guard).run());
    }
    report.print();
    return report.failures.empty() ? 0 : 1;
}
