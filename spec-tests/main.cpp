/// Runs scripts without the command line of icvm, where only the VM is built:
///
///     spec-tests [--no-guard] [--stress] [--eager] FILE.wast…
///
/// The last line is "N passed, N failed"; exit status 4 when there is a failure, 2 for wrong usage.

#include <fmt/core.h>

#include <fstream>
#include <iterator>
#include <string_view>
#include <thread>

#include "vm/script/suite.hpp"
#include "vm/vm.hpp"

namespace {

using namespace icvm;

int tell(const std::vector<vm::ScriptReport>& reports) {
    u64 passed = 0, failed = 0;
    for (const vm::ScriptReport& report : reports) {
        passed += report.passed();
        failed += report.failures.size();
        for (const std::string& line : failure_lines(report)) fmt::print("{}\n", line);
    }
    fmt::print("{} passed, {} failed\n", passed, failed);
    return failed == 0 ? 0 : 4;
}

}  // namespace

int main(int count, char** arguments) {
    vm::SuiteOptions options;
    options.threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<vm::ScriptSource> sources;
    for (int i = 1; i < count; i++) {
        const std::string_view argument = arguments[i];
        if (argument == "--no-guard") {
            options.guard = false;
        } else if (argument == "--stress") {
            options.stress = true;
        } else if (argument == "--eager") {
            vm::eager_by_default = true;
        } else {
            std::ifstream file(arguments[i], std::ios::binary);
            if (!file) {
                fmt::print(stderr, "cannot read {}\n", argument);
                return 4;
            }
            sources.push_back({arguments[i], {std::istreambuf_iterator<char>(file), {}}});
        }
    }
    if (sources.empty()) {
        fmt::print(stderr, "usage: spec-tests [--no-guard] [--stress] [--eager] FILE.wast...\n");
        return 2;
    }
    if (options.guard) vm::install_fault_handler();
    return tell(vm::run_scripts(sources, options));
}
