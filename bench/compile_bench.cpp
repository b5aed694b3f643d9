// All functions of a module compiled at once: real ones, and such as try to make that slow. Of each
// of those there are two sizes: what takes more than twice as long, or as much memory, for twice
// the size is not linear.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "bench/module_file.hpp"
#include "vm/exec/compiled_module.hpp"
#include "vm/vm.hpp"

namespace icvm::bench {
namespace {

/// VmRSS or VmHWM of this process, in bytes.
double memory(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == name + ":") {
            double kilobytes = 0;
            status >> kilobytes;
            return kilobytes * 1024;
        }
    return 0;
}

/// From now on VmHWM is the most since now.
void forget_peak() {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << 5;
}

/// `code`: bytes of internal code for each byte of the code section, with its tables.
/// `peak`: bytes of memory for each byte of the module, while it is made.
void compile(benchmark::State& state, const ByteVector& bytes) {
    vm::CompileOptions options;
    options.eager = true;
    double code = 0, section = 0, peak = 0;
    for (auto _ : state) {
        state.PauseTiming();
        ByteVector copy = bytes;
        forget_peak();
        const double before = memory("VmRSS");
        state.ResumeTiming();
        const auto module = vm::load_module(std::move(copy), options);
        state.PauseTiming();
        if (!module) return state.SkipWithError(vm::to_string(module.error()).c_str());
        peak = std::max(peak, memory("VmHWM") - before);
        code = double((*module)->code->bytes());
        section = double((*module)->module.code_section.size);
        state.ResumeTiming();
    }
    state.counters["section"] = section;
    state.counters["code"] = code / section;
    state.counters["peak"] = peak / double(bytes.size());
}

std::string repeated(i64 count, const std::string& part) {
    std::string all;
    for (i64 n = 0; n < count; n++) all += part;
    return all;
}

std::string number(i64 n) { return std::to_string(n); }

constexpr i64 loops = 256;

/// `inner` in 256 loops, each in a block of its own.
std::string in_loops(const std::string& inner) {
    return repeated(loops, "block loop ") + inner + repeated(loops, " end end ");
}

/// A use of each local from 0 to 63 that keeps it alive up to here.
std::string uses() {
    std::string all;
    for (int n = 0; n < 64; n++) all += "local.get " + number(n) + " drop ";
    return all;
}

std::string with_locals(const std::string& body) {
    return "(func (local" + repeated(64, " i32") + ")" + body + ")";
}

std::string operators(i64 n) {
    return "(func (param i32 i32 i32)" +
           repeated(n / 8,
                    "local.get 0 i32.const 77 i32.add local.get 1 i32.mul local.tee 2 "
                    "i32.eqz local.set 1 ") +
           ")";
}
std::string functions(i64 n) {
    return repeated(n, "(func (param i32) (result i32) local.get 0 i32.const 1 i32.add)");
}
std::string table(i64 n) {
    return "(func (param i32) block block block local.get 0 br_table " + repeated(n / 2, "0 2 ") +
           "1 end end end)";
}
std::string locals(i64 n) {
    std::string text = "(func (local" + repeated(n, " i32") + ")";
    for (i64 local = 1; local < n; local++)
        text += "local.get " + number(local - 1) + " i32.const 3 i32.add local.set " +
                number(local) + " ";
    return text + ")";
}
std::string nested_blocks(i64 n) {
    return "(func (param i32)" + repeated(n, "block ") + "local.get 0 br_if 7 " +
           repeated(n, "end ") + ")";
}
std::string nested_loops(i64 n) {
    return "(func (param i32)" + repeated(n, "loop ") +
           repeated(n, "local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end ") + ")";
}
std::string loops_in_a_row(i64 n) {
    return "(func (param i32)" +
           repeated(n, "loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end ") + ")";
}
std::string operands(i64 n) {
    return "(func (param i32) (result i32)" + repeated(n, "local.get 0 i32.eqz ") +
           repeated(n - 1, "i32.sub ") + ")";
}
/// They leave the local together when it is set.
std::string operands_in_locals(i64 n) {
    return "(func (param i32 i32) (result i32)" + repeated(n / 2, "local.get 0 local.get 1 ") +
           "i32.const 1 local.set 0 i32.const 2 local.set 1 " +
           repeated(n / 2 * 2 - 1, "i32.sub ") + ")";
}
/// One operation on the result of the one before, fused or not.
std::string chain(i64 n) {
    return "(func (param i32) (result i32) local.get 0 " +
           repeated(n, "i32.const 3 i32.add i32.const 5 i32.shl ") + ")";
}
std::string sums(i64 n) {
    return "(func (param i32) (result i32) local.get 0 " + repeated(n, "local.get 0 i32.add ") +
           ")";
}
std::string exits(i64 n) {
    return with_locals(in_loops(repeated(64, "i32.const 1 local.get 0 i32.add local.set 1 ") +
                                repeated(
                                    n / loops, "block local.get 0 br_table " +
                                                   [] {
                                                       std::string labels;
                                                       for (i64 l = 0; l < loops; l++)
                                                           labels += number(2 * l + 1) + " ";
                                                       return labels;
                                                   }() +
                                                   "0 end ") +
                                uses()) +
                       uses());
}
std::string copies(i64 n) {
    std::string all;
    for (i64 c = 0; c < n; c++)
        all += "local.get " + number(c * 7 % 64) + " local.set " + number(c * 11 % 63) + " ";
    return with_locals(in_loops(all + " local.get 0 br_if 0 " + uses()) + uses());
}
/// Loops side by side, in each of which the same locals are used.
std::string copies_in_loops(i64 n) {
    std::string all;
    for (i64 loop = 0; loop < loops; loop++) {
        all += "loop ";
        for (i64 c = 0; c < n / loops; c++)
            all += "local.get " + number(c % 3) + " local.set " + number((c + 1) % 3) + " ";
        all += "local.get 0 br_if 0 call 1 end ";
    }
    return with_locals(all + uses()) + "(func)";
}
/// Loops that use all locals, beside copies that are in none.
std::string copies_apart(i64 n) {
    std::string all;
    for (i64 c = 0; c < n; c++)
        all += "local.get " + number(c * 7 % 64) + " local.set " + number(c * 11 % 63) + " ";
    std::string heavy;
    for (int l = 0; l < 64; l++)
        heavy += "local.get " + number(l) + " i32.const 1 i32.add local.set " + number(l) + " ";
    return with_locals(all + repeated(loops - 1, "loop " + heavy + "local.get 0 br_if 0 end ") +
                       uses());
}
std::string calls(i64 n) {
    return with_locals(in_loops(repeated(n, "call 1 ") + "local.get 0 br_if 0 " + uses())) +
           "(func)";
}
std::string jumps(i64 n) {
    return "(func (param i32)" + repeated(n, "block local.get 0 br_if 0 br 0 end ") + ")";
}
std::string branches_out(i64 n) {
    return with_locals(in_loops("i32.const 1 local.get 0 i32.add local.set 1 " +
                                repeated(n, "local.get 1 br_if 511 ") + "local.get 0 br_if 0 " +
                                uses()) +
                       uses());
}
std::string conditions(i64 n) {
    return "(func (param i32) (result i32)" +
           repeated(n, "local.get 0 if local.get 0 i32.const 1 i32.add local.set 0 else nop end ") +
           "local.get 0)";
}
std::string references(i64 n) {
    return "(func (param anyref) (local" + repeated(1000, " anyref") + ")" +
           repeated(n, "local.get 0 local.get 1 call 1 ") + repeated(n, "drop ") +
           ")(func (param anyref) (param anyref) (result anyref) local.get 0)";
}

void compile_text(benchmark::State& state, std::string (*text)(i64)) {
    const auto parsed = vm::parse_module(text(state.range(0)));
    if (!parsed) return state.SkipWithError(parsed.error().reason.c_str());
    compile(state, parsed->bytes);
}

#define SHAPE(name, n)                          \
    BENCHMARK_CAPTURE(compile_text, name, name) \
        ->Name("compile/" #name)                \
        ->Arg((n) / 2)                          \
        ->Arg(n)                                \
        ->Unit(benchmark::kMillisecond)

SHAPE(operators, 1'000'000);
SHAPE(functions, 50'000);
SHAPE(table, 100'000);
SHAPE(locals, 50'000);
SHAPE(nested_blocks, 100'000);
SHAPE(nested_loops, 100'000);
SHAPE(loops_in_a_row, 100'000);
SHAPE(operands, 500'000);
SHAPE(operands_in_locals, 500'000);
SHAPE(chain, 200'000);
SHAPE(sums, 200'000);
SHAPE(exits, 200'000);
SHAPE(copies, 200'000);
SHAPE(copies_in_loops, 200'000);
SHAPE(copies_apart, 200'000);
SHAPE(calls, 200'000);
SHAPE(jumps, 100'000);
SHAPE(branches_out, 200'000);
SHAPE(conditions, 100'000);
SHAPE(references, 100'000);

void compile_file(benchmark::State& state, const char* path) { compile(state, read_file(path)); }

BENCHMARK_CAPTURE(compile_file, motoko, "docs/examples/counter/motoko/counter1.wasm")
    ->Name("compile/motoko")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile_file, rust, "docs/examples/counter/rust/counter1.wasm")
    ->Name("compile/rust")
    ->Unit(benchmark::kMillisecond);

/// MODULE=file.wasm of the environment: that one, too.
const bool has_module = [] {
    const char* const path = std::getenv("MODULE");
    if (path == nullptr) return false;
    benchmark::RegisterBenchmark("compile/module", compile_file, path)
        ->Unit(benchmark::kMillisecond);
    return true;
}();

}  // namespace
}  // namespace icvm::bench
