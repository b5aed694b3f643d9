#pragma once

/// Everything that a module does that can be seen from outside. No part of the program.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "vm/vm.hpp"

namespace icvm::vm {

/// How a module is observed: what is seen must not depend on guard, track, slice and stress.
struct Conditions {
    bool guard = true;
    bool track = false;
    i64 slice = 0;
    i64 limit = 0;        ///< instructions for each export
    u64 pages_max = 16;   ///< of each memory
    bool stress = false;  ///< the heap collects at every allocation
};

struct Observation {
    std::string outcome;
    i64 remaining = 0;
    std::vector<u64> results;
    std::vector<u64> globals;
    ByteVector memory;
    friend bool operator==(const Observation&, const Observation&) = default;
};

/// Zero, or null.
inline HostOutcome answer_zeros(void* context, HostCall& call) {
    call.budget->charge(1);
    const u32 slots = slots_of(static_cast<const FunctionType*>(context)->results);
    for (u32 i = 0; i < slots; i++) call.slots[i] = 0;
    return HostOutcome::done;
}

/// Whether a zero is one of them, and they mean the same in every module.
inline bool can_be_zero(const std::vector<ValueType>& types) {
    for (const ValueType type : types)
        if (!type.is_defaultable() || (type.is_reference() && type.heap_type().is_index()))
            return false;
    return true;
}

/// One call, with zeros for references and else the same bits for every argument.
inline void observe_call(Store& store, FunctionInstance& function, const Conditions& in,
                         Observation& seen) {
    std::vector<Value> arguments;
    for (const ValueType type : type_of(function).parameters) {
        if (!type.is_defaultable()) return;
        arguments.push_back({type, type.is_reference() ? 0 : u64(0x4142)});
    }
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
    if (outcome != Outcome::finished) return;
    for (const Value& value : execution.results()) {
        seen.results.push_back(value.type.is_reference() ? value.bits != 0 : value.bits);
        seen.results.push_back(value.high);
    }
}

/// What is imported, with zeros in it; nothing when the type does not allow that.
inline std::optional<Extern> import_for(Store& store, const Module& module, const Import& import,
                                        const MemoryOptions& options) {
    const std::vector<DefinedType>& types = module.types;
    switch (import.kind) {
        case ExternKind::function: {
            const FunctionType& type = types[import.type_index].function;
            if (!can_be_zero(type.results) || !can_be_zero(type.parameters)) return std::nullopt;
            void* context = const_cast<FunctionType*>(&type);
            return store.add_host_function({type, answer_zeros, context, "host"});
        }
        case ExternKind::tag: {
            const FunctionType& type = types[import.type_index].function;
            if (!can_be_zero(type.parameters)) return std::nullopt;
            return store.add_tag(type);
        }
        case ExternKind::global:
            if (!can_be_zero({import.global.value})) return std::nullopt;
            return store.add_global(import.global, {import.global.value});
        case ExternKind::table: {
            if (!can_be_zero({import.table.element})) return std::nullopt;
            if (TableInstance* table = store.add_table(import.table)) return table;
            return std::nullopt;
        }
        case ExternKind::memory: {
            auto memory =
                Memory::create(import.memory, import.memory.limits.minimum, nullptr, options);
            if (!memory) return std::nullopt;
            return store.add_memory(std::move(memory));
        }
    }
    return std::nullopt;
}

inline std::optional<std::vector<Extern>> imports_for(Store& store, const Module& module,
                                                      const MemoryOptions& options) {
    std::vector<Extern> imports;
    for (const Import& import : module.imports) {
        const auto found = import_for(store, module, import, options);
        if (!found) return std::nullopt;
        imports.push_back(*found);
    }
    return imports;
}

inline void observe_state(Instance& instance, Observation& seen) {
    for (const Value& value : global_values(instance)) {
        seen.globals.push_back(value.type.is_reference() ? value.bits != 0 : value.bits);
        seen.globals.push_back(value.high);
    }
    for (const TableInstance* table : instance.table_storage)
        for (u64 i = 0; i < std::min<u64>(table->size, 1000); i++)
            seen.globals.push_back(table->elements[i] != 0);
    for (Memory* memory : instance.memory_storage)
        if (const u8* content = memory->readable(0, memory->size_bytes))
            seen.memory.insert(seen.memory.end(), content, content + memory->size_bytes);
}

/// Loads, instantiates and calls the start function and every export; nothing when it is no module
/// that can be run without more.
inline std::optional<Observation> observe(Bytes bytes, const Conditions& in) {
    auto compiled =
        load_module(ByteVector(bytes.begin(), bytes.end()), {.guard = in.guard, .track = in.track});
    if (!compiled) return std::nullopt;
    const Module& module = module_of(**compiled);
    Store store({.bytes_max = 1 << 20, .stress = in.stress});
    InstantiationOptions options{.run_start = false};
    options.memory = {.guard = in.guard, .track = in.track, .pages_max = in.pages_max};
    const auto imports = imports_for(store, module, options.memory);
    if (!imports) return std::nullopt;
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
