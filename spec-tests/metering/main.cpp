/// Whether the interpreter counts as mainnet does: modules run as they are, counted, and with
/// mainnet's counter written into them, uncounted (vm/test_instrumentation.hpp). Random modules, or
/// files that are run COUNT times.
///
///     metering [--seed S] [--count N] [FILE.wasm…]

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "spec-tests/differential/generator.hpp"
#include "spec-tests/metering/comparison.hpp"
#include "vm/vm.hpp"

namespace icvm::metering {
namespace {

struct Options {
    u64 seed = 1;
    u64 count = 100;
    std::vector<std::string> files;
};

constexpr i64 random_module_max = i64(1) << 40;  ///< they end by themselves
constexpr i64 file_max = i64(1) << 26;

Options read_options(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; i++) {
        const std::string_view name = arguments[i];
        if (name == "--seed" && i + 1 < count)
            options.seed = std::strtoull(arguments[++i], nullptr, 10);
        else if (name == "--count" && i + 1 < count)
            options.count = std::strtoull(arguments[++i], nullptr, 10);
        else
            options.files.emplace_back(name);
    }
    return options;
}

ByteVector read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return ByteVector(std::istreambuf_iterator<char>(file), {});
}

/// What mainnet has: no references beyond the first two, structures, arrays or exceptions. Of
/// a pair, the one that imports the host alone.
ByteVector random_module(u64 seed) {
    using namespace differential;
    const Profile profile{.portable = seed % 4 != 0,
                          .vectors = seed % 8 < 5,
                          .references = false,
                          .aggregates = false,
                          .exceptions = false};
    Coverage coverage;
    return generate(seed, profile, RowTable(profile), coverage, false)[0];
}

int run(const Options& options) {
    vm::install_fault_handler();
    Counts counts;
    u64 differences = 0;
    const auto compare_one = [&](const std::string& name, const ByteVector& module, u64 seed,
                                 i64 ample) {
        const std::string difference = compare(module, seed, ample, counts);
        if (difference.empty()) return;
        differences++;
        fmt::print("{} seed {} differs: {}\n", name, seed, difference);
    };
    for (u64 seed = options.seed; seed < options.seed + options.count; seed++) {
        if (options.files.empty())
            compare_one("module", random_module(seed), seed, random_module_max);
        for (const std::string& file : options.files)
            compare_one(file, read_file(file), seed, file_max);
    }
    fmt::print(
        "{} modules, {} runs, {} calls of the host, {} traps, {} out of budget, {} ended "
        "with less than nothing; {} differ\n",
        counts.modules, counts.runs, counts.host_calls, counts.traps, counts.out_of_budget,
        counts.overspent, differences);
    return differences == 0 ? 0 : 1;
}

}  // namespace
}  // namespace icvm::metering

int main(int count, char** arguments) {
    return icvm::metering::run(icvm::metering::read_options(count, arguments));
}
