/// Commits and openings of the store. What is durable is measured in a directory under $TMPDIR,
/// else /tmp: put that on the disk in question.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "replica/store/directory.hpp"
#include "replica/store/file.hpp"
#include "replica/store/memory.hpp"
#include "replica/store/test_directory.hpp"

namespace icvm::replica {
namespace {

constexpr MemoryId heap{1};
constexpr u64 heap_pages = u64(1) << 18;  // 1 GiB
const std::string fixture_name = "state";

/// Puts `count` pages, spread over the heap.
void put_spread(Transaction& transaction, u64 count, u64 round) {
    std::vector<u64> indices(count);
    for (u64 i = 0; i < count; i++) indices[i] = (i * 40503 + round * 7919) % heap_pages;
    const ByteVector pages(count * vm::page_bytes, u8(1 + round % 255));
    transaction.put_pages(heap, indices, pages);
    transaction.put_record("canister/0", ByteVector(200, u8(round)));
}

/// A heap whose first `pages` pages are there.
void fill(Storage& storage, u64 pages) {
    std::vector<u64> indices(4096);
    const ByteVector bytes(indices.size() * vm::page_bytes, 1);
    for (u64 begin = 0; begin < pages; begin += indices.size()) {
        const auto transaction = storage.begin();
        for (u64 i = 0; i < indices.size(); i++) indices[i] = begin + i;
        const size_t count = std::min<u64>(indices.size(), pages - begin);
        transaction->put_pages(heap, std::span(indices).first(count),
                               Bytes(bytes).first(count * vm::page_bytes));
        if (!transaction->commit()) std::abort();
    }
}

/// A heap of 1 GiB of which all pages are there, without compaction: so the file's growth is what
/// commits write. Made once, gone at exit.
struct LargeHeap {
    TestDirectory directory;
    std::string path = directory.path(fixture_name);
    std::unique_ptr<Storage> storage = make();

    std::unique_ptr<Storage> make() const {
        const DirectoryLimits limits{.compaction_bytes_min = ~u64(0)};
        auto made = open_directory(posix_file_system(), path, 0, limits);
        if (!made) std::abort();
        fill(**made, heap_pages);
        return std::move(*made);
    }
    u64 file_bytes() const { return std::filesystem::file_size(path + "/log"); }
    static LargeHeap& instance() {
        static LargeHeap heap;
        return heap;
    }
};

void commit_rounds(benchmark::State& state, Storage& storage) {
    u64 round = 0;
    for (auto _ : state) {
        const auto transaction = storage.begin();
        put_spread(*transaction, u64(state.range(0)), round++);
        if (!transaction->commit()) state.SkipWithError("commit failed");
    }
}

void commit_in_memory(benchmark::State& state) {
    const auto storage = open_memory();
    commit_rounds(state, *storage);
}
BENCHMARK(commit_in_memory)->Arg(1)->Arg(3)->Arg(100)->Arg(1000);

void commit_durable(benchmark::State& state) {
    LargeHeap& large = LargeHeap::instance();
    const u64 before = large.file_bytes();
    commit_rounds(state, *large.storage);
    state.counters["bytes/commit"] =
        double(large.file_bytes() - before) / double(state.iterations());
}
BENCHMARK(commit_durable)->Arg(1)->Arg(3)->Arg(100)->Arg(1000)->UseRealTime()->MinTime(0.3);

/// One page in every GiB of a stable memory of 500 GiB, then one more commit.
void stable_memory_of_500_gib(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        std::optional<TestDirectory> directory(std::in_place);
        auto storage = open_directory(directory->path(fixture_name), 0);
        std::vector<u64> indices(500);
        for (u64 i = 0; i < indices.size(); i++) indices[i] = i << 18;
        const ByteVector pages(indices.size() * vm::page_bytes, 1);
        state.ResumeTiming();
        auto transaction = (*storage)->begin();
        transaction->put_pages(heap, indices, pages);
        if (!transaction->commit()) state.SkipWithError("commit failed");
        state.PauseTiming();
        state.counters["file_bytes"] =
            double(std::filesystem::file_size(directory->path(fixture_name) + "/log"));
        transaction.reset();
        storage->reset();
        directory.reset();
        state.ResumeTiming();
    }
}
BENCHMARK(stable_memory_of_500_gib)->UseRealTime()->Iterations(10)->Unit(benchmark::kMillisecond);

/// Drops a memory of that many pages.
void erase_memory(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        std::optional<TestDirectory> directory(std::in_place);
        const DirectoryLimits limits{.compaction_bytes_min = ~u64(0)};
        auto storage =
            open_directory(posix_file_system(), directory->path(fixture_name), 0, limits);
        fill(**storage, u64(state.range(0)));
        state.ResumeTiming();
        auto transaction = (*storage)->begin();
        transaction->erase_memory(heap);
        if (!transaction->commit()) state.SkipWithError("commit failed");
        state.PauseTiming();
        transaction.reset();
        storage->reset();
        directory.reset();
        state.ResumeTiming();
    }
}
BENCHMARK(erase_memory)->Arg(1)->Arg(1 << 16)->UseRealTime()->Iterations(3);

/// The first page and a record of a state of that many pages, from nothing.
void open_and_read(benchmark::State& state) {
    const TestDirectory directory;
    const std::string path = directory.path(fixture_name);
    {
        const auto storage = open_directory(path, 0);
        fill(**storage, u64(state.range(0)));
        const auto transaction = (*storage)->begin();
        put_spread(*transaction, 3, 1);
        if (!transaction->commit()) state.SkipWithError("commit failed");
    }
    std::array<u8, vm::page_bytes> page;
    for (auto _ : state) {
        const auto storage = open_directory(path, 0);
        if (!storage || !(*storage)->record("canister/0") ||
            !(*storage)->read_page(heap, 0, page.data()))
            state.SkipWithError("open failed");
    }
    state.counters["file_bytes"] = double(std::filesystem::file_size(path + "/log"));
}
BENCHMARK(open_and_read)->Arg(1)->Arg(1 << 12)->Arg(1 << 18)->UseRealTime();

/// Pages of a heap of 1 GiB in the order of a random walk, from the system's cache.
void read_page(benchmark::State& state) {
    Storage& storage = *LargeHeap::instance().storage;
    std::array<u8, vm::page_bytes> page;
    u64 index = 0;
    for (auto _ : state) {
        index = (index + u64(state.range(0))) % heap_pages;
        if (!storage.read_page(heap, index, page.data())) state.SkipWithError("read failed");
    }
}
BENCHMARK(read_page)->Arg(1)->Arg(40503);

}  // namespace
}  // namespace icvm::replica
