#pragma once

/// Everything that a module does that can be seen from outside. No part of the program.

#include <optional>
#include <string>
#include <vector>

#include "vm/vm.hpp"

namespace icvm::vm {

/// How a module is observed: what is seen must not depend on the first three.
struct Conditions {
    bool guard = true;
    bool track = false;
    i64 slice = 0;
    i64 limit = 0;       ///< instructions for each export
    u64 pages_max = 16;  ///< of each memory
};

struct Observation {
    std::string outcome;
    i64 remaining = 0;
    std::vector<u64> results;
    std::vector<u64> globals;
    ByteVector memory;
    friend bool operator==(const Observation&, const Observation&) = default;
};

inline HostOutcome answer_zeros(void*, HostCall& call) {
    call.budget->charge(1);
    for (int i = 0; i < 4; i++) call.slots[i] = 0;
    return HostOutcome::done;
}

/// One call, with zeros for references and else the same bits for every argument.
inline void observe_call(Store& store, FunctionInstance& function, const Conditions& in,
                         Observation& seen) {
    std::vector<Value> arguments;
    for (const ValueType type : type_of(function).parameters)
        arguments.push_back({type, type.is_reference() ? 0 : u64(0x4142)});
    Execution execution(store, function, arguments, Budget::of(in.limit, in.slice));
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

/// Functions that answer zeros, for all imports; nothing when the module imports anything else.
inline std::optional<std::vector<Extern>> imports_for(Store& store, const Module& module) {
    std::vector<Extern> imports;
    for (const Import& import : module.imports) {
        if (import.kind != ExternKind::function) return std::nullopt;
        const FunctionType& type = module.types[import.type_index].function;
        if (type.results.size() > 4) return std::nullopt;
        imports.push_back(store.add_host_function({type, answer_zeros, nullptr, "host"}));
    }
    return imports;
}

inline void observe_state(Instance& instance, Observation& seen) {
    for (const Value& value : global_values(instance))
        seen.globals.push_back(value.type.is_reference() ? value.bits != 0 : value.bits);
    if (Memory* memory = memory0(instance))
        if (const u8* content = memory->readable(0, memory->size_bytes))
            seen.memory.assign(content, content + memory->size_bytes);
}

/// Loads, instantiates and calls the start function and every export; nothing when it is no module
/// that can be run without more.
inline std::optional<Observation> observe(Bytes bytes, const Conditions& in) {
    auto compiled =
        load_module(ByteVector(bytes.begin(), bytes.end()), {.guard = in.guard, .track = in.track});
    if (!compiled) return std::nullopt;
    const Module& module = module_of(**compiled);
    Store store;
    const auto imports = imports_for(store, module);
    if (!imports) return std::nullopt;
    InstantiationOptions options{.run_start = false};
    options.memory = {.guard = in.guard, .track = in.track, .pages_max = in.pages_max};
    auto instance = store.instantiate(*compiled, *imports, options);
    Observation seen;
    if (!instance) return seen;
    if (FunctionInstance* start = start_function(**instance)) observe_call(store, *start, in, seen);
    for (const Export& one : module.exports)
        if (one.kind == ExternKind::function)
            observe_call(store, *find_exported_function(**instance, one.name), in, seen);
    observe_state(**instance, seen);
    return seen;
}

}  // namespace icvm::vm
