/// Which pages did a message write? A test in each store against write protection and a signal.
/// docs/decisions/0001-dirty-pages.md has the numbers and what follows from them.
///
///     make bench BENCH=--benchmark_filter=dirty_pages

#include <benchmark/benchmark.h>
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "vm/base/check.hpp"
#include "vm/binary/assemble.hpp"
#include "vm/runtime/before_images.hpp"
#include "vm/runtime/memory.hpp"
#include "vm/vm.hpp"

namespace {

using namespace icvm;
using namespace icvm::vm;

constexpr i64 small_heap = i64(1) << 20;
constexpr i64 large_heap = i64(1) << 32;

/// The barrier: Memory as it is, and what a tracked store handler does.
class BarrierHeap {
public:
    explicit BarrierHeap(u64 bytes) {
        MemoryType type;
        type.limits = {bytes / wasm_page_bytes, bytes / wasm_page_bytes, true, AddressType::i32};
        memory_ =
            Memory::create(type, type.limits.minimum, nullptr, {.guard = false, .track = true});
        CHECK(memory_ != nullptr);
    }
    bool begin() { return true; }
    bool store(u64 address, u64 value) {
        const u8* const marks = memory_->marks;
        const u8 both = marks[address / page_bytes] & marks[(address + 7) / page_bytes];
        if (!(both & Memory::mark_dirty)) [[unlikely]]
            if (!memory_->mark(address, 8)) return false;
        std::memcpy(memory_->base + address, &value, 8);
        return true;
    }
    void commit() { memory_->commit(); }
    void rollback() { memory_->rollback(); }

private:
    std::unique_ptr<Memory> memory_;
};

/// The alternative: the heap is read-only when a message begins; the first store to a page faults,
/// and the handler keeps a copy and opens the page.
class ProtectedHeap {
public:
    explicit ProtectedHeap(u64 bytes) : bytes_(bytes) {
        base_ = static_cast<u8*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        CHECK(base_ != MAP_FAILED);
        current = this;
        struct sigaction action = {};
        action.sa_sigaction = on_fault;
        action.sa_flags = SA_SIGINFO | SA_NODEFER;
        CHECK(sigaction(SIGSEGV, &action, &previous) == 0);
    }
    ~ProtectedHeap() {
        sigaction(SIGSEGV, &previous, nullptr);
        munmap(base_, bytes_);
    }
    ProtectedHeap(const ProtectedHeap&) = delete;

    bool begin() { return mprotect(base_, bytes_, PROT_READ) == 0; }
    bool store(u64 address, u64 value) {
        // Through volatile, as the compiler must not merge what faults.
        *reinterpret_cast<volatile u64*>(base_ + address) = value;
        return !refused_;
    }
    void commit() { forget(); }
    void rollback() {
        for (const DirtyPage& page : dirty_)
            std::memcpy(base_ + page.index * page_bytes, page.before, page_bytes);
        forget();
    }

private:
    void forget() {
        dirty_.clear();
        images_.reset();
    }
    void open(u64 page) {
        u8* const place = base_ + page * page_bytes;
        u8* const before = images_.take();
        std::memcpy(before, place, page_bytes);
        dirty_.push_back({page, before});
        if (mprotect(place, page_bytes, PROT_READ | PROT_WRITE) == 0) return;
        refused_ = true;  // more islands than the system has mappings
        CHECK(mprotect(base_, bytes_, PROT_READ | PROT_WRITE) == 0);
    }
    static void on_fault(int, siginfo_t* info, void*) {
        const u64 offset = u64(static_cast<u8*>(info->si_addr) - current->base_);
        CHECK(offset < current->bytes_);
        current->open(offset / page_bytes);
    }

    static inline ProtectedHeap* current = nullptr;
    static inline struct sigaction previous = {};
    u8* base_;
    u64 bytes_;
    bool refused_ = false;
    std::vector<DirtyPage> dirty_;
    BeforeImages images_;
};

/// One message: begin, one store to each of N pages, commit or rollback. The pages are resident and
/// hold something, as those of a canister do that has run before.
template <class Heap, bool keep>
void dirty_pages(benchmark::State& state) {
    const u64 bytes = u64(state.range(0)), pages = u64(state.range(1));
    const u64 stride = state.range(2) ? bytes / pages / page_bytes * page_bytes : page_bytes;
    Heap heap(bytes);
    for (u64 i = 0; i < pages; i++) heap.store(i * stride, ~i);
    heap.commit();
    u64 value = 0;
    for (auto _ : state) {
        bool done = heap.begin();
        for (u64 i = 0; i < pages && done; i++) done = heap.store(i * stride + 64, ++value);
        if (!done) return state.SkipWithError("the system refuses that many mappings");
        keep ? heap.commit() : heap.rollback();
    }
    using benchmark::Counter;
    state.counters["seconds/page"] =
        Counter(double(pages), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

/// What a store costs when its page is dirty already.
template <class Heap>
void stores_to_dirty_pages(benchmark::State& state) {
    Heap heap(small_heap);
    heap.begin();
    u64 value = 0;
    for (auto _ : state) {
        for (u64 address = 0; address < 64 * page_bytes; address += 64)
            benchmark::DoNotOptimize(heap.store(address, ++value));
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(i64(state.iterations() * 64 * page_bytes / 64));
}

/// The same, through the interpreter: a loop of stores, with and without the barrier in its store.
void interpreted_stores(benchmark::State& state) {
    using namespace icvm::vm::assemble;
    const bool track = state.range(0), guard = state.range(1);
    install_fault_handler();
    const ByteVector body_of_loop = {0x03, 0x40, 0x20, 0x00, 0x42, 0x01, 0x37, 0x03, 0x00, 0x20,
                                     0x00, 0x41, 0x40, 0x6A, 0x22, 0x00, 0x0D, 0x00, 0x0B};
    const auto compiled =
        load_module(vm::assemble::module({section(1, {{0x60, 0x01, 0x7F, 0x00}}),
                                          section(3, {{0x00}}), section(5, {{0x00, 0x10}}),
                                          section(7, {join({name("stores"), {0x00, 0x00}})}),
                                          section(10, {body(body_of_loop)})}),
                    {.guard = guard, .track = track});
    CHECK(compiled.has_value());
    Store store;
    const auto instance =
        store.instantiate(*compiled, {}, {.memory = {.guard = guard, .track = track}});
    CHECK(instance.has_value());
    FunctionInstance& function = *find_exported_function(**instance, "stores");
    const u64 stores = 8192;
    const Value argument[] = {Value::i32(u32(stores * 64))};
    for (auto _ : state) CHECK(invoke(store, function, argument).has_value());
    state.SetItemsProcessed(i64(state.iterations() * stores));
}

void cases(benchmark::internal::Benchmark* all) {
    all->ArgNames({"heap", "pages", "scattered"});
    for (const i64 pages : {1, 10, 256}) all->Args({small_heap, pages, 0});
    for (const i64 scattered : {0, 1})
        for (const i64 pages : {1, 10, 1000, 100'000}) all->Args({large_heap, pages, scattered});
    all->Unit(benchmark::kMicrosecond);
}

BENCHMARK(dirty_pages<BarrierHeap, true>)->Apply(cases)->Name("dirty_pages/barrier/commit");
BENCHMARK(dirty_pages<ProtectedHeap, true>)->Apply(cases)->Name("dirty_pages/protect/commit");
BENCHMARK(dirty_pages<BarrierHeap, false>)->Apply(cases)->Name("dirty_pages/barrier/rollback");
BENCHMARK(dirty_pages<ProtectedHeap, false>)->Apply(cases)->Name("dirty_pages/protect/rollback");
BENCHMARK(stores_to_dirty_pages<BarrierHeap>)->Name("dirty_pages/barrier/again");
BENCHMARK(stores_to_dirty_pages<ProtectedHeap>)->Name("dirty_pages/protect/again");
BENCHMARK(interpreted_stores)
    ->Name("dirty_pages/interpreted")
    ->ArgNames({"track", "guard"})
    ->ArgsProduct({{0, 1}, {0, 1}});

}  // namespace
