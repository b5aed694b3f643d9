// compare [PROGRAM…]: this project beside every other engine that is found, program by program.
// Prints Markdown; keeps compare.json and compare.svg in the folder OUTPUT. See bench/README.md.
// compare run plain|tracked MODULE N: one run of this project, as an engine.

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "bench/compare/measure.hpp"
#include "bench/compare/own.hpp"
#include "bench/compare/report.hpp"

namespace icvm::bench {
namespace {

constexpr u32 rounds_default = 9;

std::string own_path() {
    char path[PATH_MAX] = {};
    return readlink("/proc/self/exe", path, sizeof path - 1) > 0 ? path : "";
}

/// Those that are named, or all.
std::vector<Program> chosen_programs(const std::vector<std::string>& names) {
    std::vector<Program> chosen;
    for (const Program& program : programs())
        if (names.empty() || std::find(names.begin(), names.end(), program.name) != names.end())
            chosen.push_back(program);
    return chosen;
}

bool keep(const std::string& folder, const std::string& name, const std::string& text) {
    std::ofstream file(folder + "/" + name);
    file << text;
    return bool(file);
}

int compare(const std::vector<std::string>& names) {
    Comparison comparison;
    for (Engine& engine : find_engines(own_path()))
        (engine.executable.empty() ? comparison.absent : comparison.engines)
            .push_back(std::move(engine));
    comparison.programs = chosen_programs(names);
    if (comparison.programs.empty()) {
        std::fprintf(stderr, "compare: no such program\n");
        return 2;
    }
    const char* rounds = std::getenv("ROUNDS");
    comparison.rounds = rounds != nullptr && *rounds != 0 ? u32(std::atoi(rounds)) : rounds_default;
    measure(comparison);
    std::fputs(report(comparison).c_str(), stdout);
    const char* folder = std::getenv("OUTPUT");
    if (folder == nullptr || *folder == 0) return 0;
    const bool kept = keep(folder, "compare.json", json(comparison)) &&
                      keep(folder, "compare.svg", chart(comparison));
    if (!kept) std::fprintf(stderr, "compare: cannot write to %s\n", folder);
    return kept ? 0 : 2;
}

}  // namespace
}  // namespace icvm::bench

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 4 && arguments[0] == "run")
        return icvm::bench::run_module(arguments[2], icvm::u32(std::stoul(arguments[3])),
                                       arguments[1] == "tracked");
    return icvm::bench::compare(arguments);
}
