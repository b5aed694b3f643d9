/// Any bytes that load as a module run the same with and without guard pages, in one slice or in
/// many: outcome, results, cost, globals and memory.

#include <cstdlib>

#include "vm/vm.hpp"

namespace icvm::vm {

namespace {

constexpr i64 limit = 200'000;

struct Observation {
    std::string outcome;
    i64 remaining = 0;
    std::vector<u64> results;
    std::vector<u64> globals;
    ByteVector memory;
    friend bool operator==(const Observation&, const Observation&) = default;
};

HostOutcome do_nothing(void*, HostCall& call) {
    call.budget->charge(1);
    for (int i = 0; i < 4; i++) call.slots[i] = 0;
    return HostOutcome::done;
}

void observe_call(Store& store, FunctionInstance& function, i64 slice, Observation& seen) {
    std::vector<Value> arguments;
    for (const ValueType type : type_of(function).parameters)
        arguments.push_back({type, type.is_reference() ? 0 : u64(0x4142)});
    Execution execution(store, function, arguments, Budget::of(limit, slice));
    Outcome outcome = Outcome::paused;
    while (outcome == Outcome::paused) outcome = execution.run();
    seen.outcome +=
        outcome == Outcome::finished ? "finished" : std::string(to_string(execution.trap().reason));
    if (outcome == Outcome::trapped)
        for (const TrapFrame& frame : execution.trap().frames)
            seen.outcome +=
                " " + std::to_string(frame.function) + ":" + std::to_string(frame.offset);
    seen.remaining += execution.budget().remaining();
    if (outcome == Outcome::finished)
        for (const Value& value : execution.results())
            seen.results.push_back(value.type.is_reference() ? value.bits != 0 : value.bits);
}

std::optional<Observation> observe(Bytes bytes, bool guard, bool track, i64 slice) {
    auto compiled =
        load_module(ByteVector(bytes.begin(), bytes.end()), {.guard = guard, .track = track});
    if (!compiled) return std::nullopt;
    const Module& module = module_of(**compiled);
    Store store;
    std::vector<Extern> imports;
    for (const Import& import : module.imports) {
        if (import.kind != ExternKind::function) return std::nullopt;
        const FunctionType& type = module.types[import.type_index];
        if (type.results.size() > 4) return std::nullopt;
        imports.push_back(store.add_host_function({type, do_nothing, nullptr, "host"}));
    }
    InstantiationOptions options{.run_start = false};
    options.memory = {.guard = guard, .track = track, .pages_max = 16};
    auto instance = store.instantiate(*compiled, imports, options);
    Observation seen;
    if (!instance) return seen;
    for (const Export& one : module.exports)
        if (one.kind == ExternKind::function)
            observe_call(store, *find_exported_function(**instance, one.name), slice, seen);
    for (const Value& value : global_values(**instance))
        seen.globals.push_back(value.type.is_reference() ? value.bits != 0 : value.bits);
    if (Memory* memory = memory0(**instance))
        if (const u8* content = memory->readable(0, memory->size_bytes))
            seen.memory.assign(content, content + memory->size_bytes);
    return seen;
}

}  // namespace

}  // namespace icvm::vm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace icvm::vm;
    [[maybe_unused]] static const bool installed = (install_fault_handler(), true);
    const icvm::Bytes bytes(data, size);
    const auto reference = observe(bytes, false, false, limit);
    if (!reference) return 0;
    if (observe(bytes, true, false, limit) != reference) std::abort();
    if (observe(bytes, true, true, 1000) != reference) std::abort();
    if (observe(bytes, false, true, 64) != reference) std::abort();
    return 0;
}
