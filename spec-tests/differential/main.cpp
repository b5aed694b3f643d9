/// Makes random modules, runs them, and prints a line for each: seed, what every engine must give,
/// "|", and what ours must give alike.
///
///     differential [--seed S] [--count N] [--own] [--without FEATURE]… [--emit FILE]
///         [--save FILE] [--no-run] [--words] [--rows [--least N]]
///
/// --own     also what engines may differ in: relaxed vectors, bits of NaNs, wide arithmetic
/// --emit    writes the modules for v8.js, one behind the other; two of one seed are a pair
/// --save    writes the module of the seed, and beside it the one that imports it
/// --no-run  makes them only
/// --words   the words of memories that are not zero, too
/// --rows    no modules' lines: how often each row of opcode.def was generated and executed
/// --least   with --rows: a row that was executed less than N times fails; those of wide arithmetic
///           are in modules of --own alone

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "spec-tests/differential/generator.hpp"
#include "spec-tests/differential/observation.hpp"

namespace icvm::differential {
namespace {

struct Options {
    u64 seed = 1;
    u64 count = 100;
    Profile profile;
    std::string emit;
    std::string save;
    bool rows = false;
    u64 least = 0;
    bool words = false;
    bool run = true;
    bool bad = false;
};

Options read_options(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; i++) {
        const std::string_view name = arguments[i];
        const bool more = i + 1 < count;
        if (name == "--own")
            options.profile.portable = false;
        else if (name == "--rows")
            options.rows = true;
        else if (name == "--words")
            options.words = true;
        else if (name == "--no-run")
            options.run = false;
        else if (!more)
            options.bad = true;
        else if (name == "--seed")
            options.seed = std::strtoull(arguments[++i], nullptr, 10);
        else if (name == "--count")
            options.count = std::strtoull(arguments[++i], nullptr, 10);
        else if (name == "--least")
            options.least = std::strtoull(arguments[++i], nullptr, 10);
        else if (name == "--emit")
            options.emit = arguments[++i];
        else if (name == "--save")
            options.save = arguments[++i];
        else if (name == "--without") {
            const std::string_view feature = arguments[++i];
            if (feature == "vectors") options.profile.vectors = false;
            if (feature == "references") options.profile.references = false;
            if (feature == "aggregates") options.profile.aggregates = false;
            if (feature == "exceptions") options.profile.exceptions = false;
        } else
            options.bad = true;
    }
    return options;
}

void write_frame(std::ofstream& out, u64 seed, const ByteVector& module) {
    const auto little = [&](u64 value, int bytes) {
        for (int i = 0; i < bytes; i++) out.put(char(value >> (8 * i)));
    };
    little(seed, 8);
    little(module.size(), 4);
    out.write(reinterpret_cast<const char*>(module.data()), std::streamsize(module.size()));
}

void save(const std::string& path, const std::vector<ByteVector>& modules) {
    for (size_t i = 0; i < modules.size(); i++)
        std::ofstream(i == 0 ? path : path + ".importing", std::ios::binary)
            .write(reinterpret_cast<const char*>(modules[i].data()),
                   std::streamsize(modules[i].size()));
}

void count_executed(Coverage& coverage, const ByteVector& marks) {
    for (size_t n = 0; n < coverage.marks.size() && n < marks.size(); n++)
        if (marks[n] != 0)
            for (const u16 place : coverage.marks[n]) coverage.executed[place]++;
}

/// Whether each row that the profile has was executed as often as is wanted.
bool print_rows(const Coverage& coverage, const Options& options) {
    u64 rows = 0, rare = 0, minimum = ~u64(0);
    for (const Row& row : all_rows()) {
        if (!is_in(options.profile, row)) continue;
        const size_t place = vm::place_of(row.opcode);
        const u64 executed = coverage.executed[place];
        const bool is_rare = executed < options.least;
        fmt::print("{:>9} {:>9} {}{}\n", coverage.generated[place], executed, row.text,
                   is_rare ? " is executed too rarely" : "");
        rows++;
        rare += is_rare;
        minimum = std::min(minimum, executed);
    }
    fmt::print("{} of {} rows, each executed {} times at least; {} too rarely\n", rows,
               all_rows().size(), minimum, rare);
    return rare == 0;
}

int run(const Options& options) {
    vm::install_fault_handler();
    const RowTable rows(options.profile);
    Coverage coverage;
    std::ofstream emitted;
    if (!options.emit.empty()) emitted.open(options.emit, std::ios::binary);
    bool same = true;
    for (u64 seed = options.seed; seed < options.seed + options.count; seed++) {
        const std::vector<ByteVector> modules =
            generate(seed, options.profile, rows, coverage, options.rows);
        if (!options.save.empty()) save(options.save, modules);
        if (emitted.is_open())
            for (const ByteVector& module : modules) write_frame(emitted, seed, module);
        if (!options.run) continue;
        const Observed seen = observe(modules, {.words = options.words});
        count_executed(coverage, seen.marks);
        const Observed again = observe(modules, {.guard = false,
                                                 .track = seed % 2 == 0,
                                                 .stress = seed % 16 == 1,
                                                 .slice = i64(1 + seed % 500)});
        if ((!options.words && again.portable != seen.portable) || again.exact != seen.exact) {
            same = false;
            fmt::print("{} differs without guard pages, in slices:{} |{}\n", seed, again.portable,
                       again.exact);
        }
        if (!options.rows) fmt::print("{}{} |{}\n", seed, seen.portable, seen.exact);
    }
    if (options.rows && !print_rows(coverage, options)) same = false;
    return same ? 0 : 1;
}

}  // namespace
}  // namespace icvm::differential

int main(int count, char** arguments) {
    const auto options = icvm::differential::read_options(count, arguments);
    if (options.bad) {
        fmt::print(stderr,
                   "usage: differential [--seed S] [--count N] [--own] [--without FEATURE] "
                   "[--emit FILE] [--save FILE] [--no-run] [--words] [--rows [--least N]]\n");
        return 2;
    }
    return icvm::differential::run(options);
}
