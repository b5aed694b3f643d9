/// Damaged modules: refused, or run to an end that does not depend on guards, marks and slices.
/// ICVM_MUTANTS is how many of each module, ICVM_SEED which, and ICVM_MUTATE a folder of more
/// modules.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "vm/test_observation.hpp"
#include "vm/text/parser.hpp"
#include "vm/text/printer.hpp"

namespace icvm::vm {

namespace {

using Random = std::mt19937_64;  // the same numbers everywhere, unlike distributions

ByteVector read_module(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return ByteVector(std::istreambuf_iterator<char>(file), {});
}

/// Where the sections begin, and the end.
std::vector<size_t> section_bounds(const ByteVector& module) {
    std::vector<size_t> bounds;
    for (size_t at = 8; at < module.size();) {
        bounds.push_back(at++);
        size_t size = 0;
        for (u32 shift = 0; at < module.size() && shift < 35; shift += 7) {
            size |= size_t(module[at] & 0x7F) << shift;
            if ((module[at++] & 0x80) == 0) break;
        }
        at += size;
    }
    bounds.push_back(module.size());
    return bounds;
}

/// Sections change places, come twice, or go.
void rearrange_sections(ByteVector& module, Random& random) {
    const std::vector<size_t> bounds = section_bounds(module);
    if (bounds.size() < 3) return;
    const size_t n = random() % (bounds.size() - 2);
    if (bounds[n + 2] > module.size() || bounds[n + 1] > bounds[n + 2]) return;
    const auto at = [&](size_t i) { return module.begin() + ptrdiff_t(bounds[i]); };
    const ByteVector section(at(n), at(n + 1));
    switch (random() % 4) {
        case 0: module.erase(at(n), at(n + 1)); break;
        case 1: module.insert(at(random() % (n + 1)), section.begin(), section.end()); break;
        default: std::rotate(at(n), at(n + 1), at(n + 2));
    }
}

ByteVector mutant_of(ByteVector module, Random& random) {
    const auto somewhere = [&] { return random() % module.size(); };
    switch (random() % 8) {
        case 0: module.resize(somewhere()); break;
        case 1: rearrange_sections(module, random); break;
        case 2: module.erase(module.begin() + ptrdiff_t(somewhere())); break;
        case 3: module.insert(module.begin() + ptrdiff_t(somewhere()), u8(random())); break;
        case 4: module[somewhere()] ^= u8(1 << random() % 8); break;
        case 5: module[somewhere()]++; break;
        default:
            for (u64 n = random() % 4 + 1; n > 0; n--) module[somewhere()] = u8(random());
    }
    return module;
}

/// What is well-formed is printed, and the text is parsed to the same bytes.
void print_and_parse(const ByteVector& module) {
    const auto text = print_module(module);
    if (!text) return;
    const auto again = parse_module(*text);
    if (!again) FAIL("line " << again.error().position.line << ": " << again.error().reason);
    if (again->bytes != module) FAIL("other bytes");
}

/// How many of the mutants still are modules. Each is run; to be printed and parsed costs ten times
/// as much, and to be run again as much again.
u64 try_mutants(const ByteVector& module, u64 count, u64 seed) {
    Random random(seed);
    constexpr i64 limit = 10'000;
    u64 valid = 0;
    for (u64 n = 0; n < count; n++) {
        INFO("mutant " << n);
        const ByteVector mutant = mutant_of(module, random);
        if (n % (n < 64 ? 8 : 64) == 0) print_and_parse(mutant);
        const bool guard = n % 2 == 0, track = random() % 2 == 0;
        const auto seen = observe(mutant, {guard, track, 1 + i64(random() % 5000), limit, 128});
        if (!seen) continue;
        valid++;
        if (n % 4 != 0) continue;
        if (observe(mutant, {!guard, !track, limit, limit, 128}) != seen) FAIL("runs differ");
    }
    return valid;
}

u64 number_of(const char* variable, u64 otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

u64 mutants_wanted() { return number_of("ICVM_MUTANTS", 40); }

}  // namespace

TEST_CASE("Mutants of real modules are refused, or run to an end that is the same again") {
    install_fault_handler();
    const u64 seed = number_of("ICVM_SEED", 1);
    u64 valid = 0;
    for (const char* name : {"c", "wat", "rust", "motoko", "motoko-classical"}) {
        INFO(name);
        const auto path = std::filesystem::path("docs/examples/counter") / name / "counter1.wasm";
        valid += try_mutants(read_module(path), mutants_wanted(), seed);
    }
    CHECK(valid > mutants_wanted() / 4);
    const char* folder = std::getenv("ICVM_MUTATE");
    if (!folder) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        INFO(entry.path().string());
        if (entry.path().extension() == ".wasm")
            try_mutants(read_module(entry.path()), mutants_wanted(), seed + 1);
    }
}

TEST_CASE("Real programs run the same in random slices, paused anywhere") {
    install_fault_handler();
    Random random(3);
    for (const char* name :
         {"fib", "sieve", "matmul", "interpreter", "xorshift", "sha256", "qsort"}) {
        INFO(name);
        const ByteVector program =
            read_module(std::filesystem::path("bench/programs") / (std::string(name) + ".wasm"));
        // The limit strikes some of them in the middle: the same place each time.
        for (const i64 limit : {i64(40'000), i64(1'500'000)}) {
            const auto whole = observe(program, {true, false, limit, limit, 256});
            REQUIRE(whole);
            for (int n = 0; n < 4; n++) {
                const i64 slice = 1 + i64(random() % (n == 0 ? 100 : 50'000));
                INFO("slice " << slice);
                const bool guard = n % 2 == 0, track = n >= 2;
                CHECK((observe(program, {guard, track, slice, limit, 256}) == whole));
            }
        }
    }
}

}  // namespace icvm::vm
