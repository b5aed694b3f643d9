/// Any bytes that load as a module run the same with and without guard pages, in one slice or in
/// many, whenever the heap collects: outcome, results, cost, globals, tables and memories.

#include <cstdlib>

#include "vm/test_observation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace icvm::vm;
    constexpr icvm::i64 limit = 200'000;
    [[maybe_unused]] static const bool installed = (install_fault_handler(), true);
    const icvm::Bytes bytes(data, size);
    const auto reference = observe(bytes, {false, false, limit, limit});
    if (!reference) return 0;
    if (observe(bytes, {true, false, limit, limit}) != reference) std::abort();
    if (observe(bytes, {true, true, 1000, limit, 16, true}) != reference) std::abort();
    if (observe(bytes, {false, true, 64, limit}) != reference) std::abort();
    return 0;
}
