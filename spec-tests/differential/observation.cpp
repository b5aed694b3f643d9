#include "spec-tests/differential/observation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "spec-tests/differential/plan.hpp"

namespace icvm::differential {

using namespace vm;

namespace {

constexpr i64 instructions_max = i64(1) << 40;
/// Loops and calls of each call.
constexpr u64 fuel = 150;

/// FNV-1a, over words of 32 bits.
class Hash {
public:
    void add(u32 word) { value_ = (value_ ^ word) * 0x0100'0193; }
    void add(std::string_view text) {
        for (const char c : text) add(u32(u8(c)));
    }
    u32 value() const { return value_; }

private:
    u32 value_ = 0x811C'9DC5;
};

/// No number of a function where it may be of either of two modules.
std::string show_reference(ValueType type, u64 bits, u32 imported_functions, bool pair) {
    if (bits == 0) return "null";
    if (pair && type.heap_type() == heap_types::function) return "func";
    if (type.heap_type() == heap_types::function || type.heap_type() == heap_types::no_function) {
        const auto& function = *reinterpret_cast<const FunctionInstance*>(bits);
        if (function.instance == nullptr) return "func:host";
        return function.index < imported_functions ? "func:host"
                                                   : fmt::format("func:{}", function.index);
    }
    switch (kind_of(bits)) {
        case ReferenceKind::i31:
            return fmt::format("i31:{}", i32(references::i31_value(bits) << 1) >> 1);
        case ReferenceKind::host: return fmt::format("host:{}", references::host_value(bits));
        default: return "object";
    }
}

/// Of any type of a function hierarchy, too, which is told by its bits alone elsewhere.
bool is_function(const Module& module, ValueType type) {
    const HeapType heap = type.heap_type();
    if (!heap.is_index()) return heap == heap_types::function || heap == heap_types::no_function;
    return module.types[heap.index()].kind == CompositeKind::function;
}

struct Run {
    Observed& seen;
    bool pair;
    const Module* module = nullptr;  ///< whose values are told
    Hash log{};
    u32 logged = 0;
    u32 asked = 0;

    /// Every NaN is one.
    std::string show(ValueType type, const Value& value) const {
        if (type.is_reference())
            return show_reference(is_function(*module, type) ? types::funcref : types::anyref,
                                  value.bits, module->imported_functions, pair);
        if (type == types::f32 && std::isnan(std::bit_cast<f32>(u32(value.bits)))) return "nan";
        if (type == types::f64 && std::isnan(std::bit_cast<f64>(value.bits))) return "nan";
        return fmt::format("{:x}", value.bits);
    }
};

/// A function of the host, and whose run calls it.
struct HostContext {
    Run* run;
    const HostSignature* signature;
};

HostOutcome answer(void* context, HostCall& call) {
    const HostContext& host = *static_cast<const HostContext*>(context);
    const std::string_view name = host.signature->name;
    Run& run = *host.run;
    u64* slots = call.slots;
    if (name.starts_with("log_")) {
        const ValueType type = host.signature->type.parameters[0];
        run.log.add(name);
        run.log.add(run.show(type, {type, slots[0]}));
        run.logged++;
    } else if (name == "ask_i32") {
        slots[0] = (u32(slots[0]) * 0x9E37'79B1) ^ run.asked++;
    } else if (name == "ask_i64") {
        slots[0] = (slots[0] ^ u64(u32(slots[1])) << 7) + 1;
    } else if (name == "two") {
        const i32 a = i32(u32(slots[0]));
        const bool above = std::bit_cast<f64>(slots[1]) > 0;
        slots[0] = std::bit_cast<u64>(f64(a) / 4);
        slots[1] = u64(i64(a) * 3 + above);
    } else {
        const u64 id = slots[0] & 7;
        slots[0] = id == 0 ? 0 : references::host(id);
    }
    return HostOutcome::done;
}

/// The same numbers as v8.js has.
Value argument(ValueType type, u32 call, u32 position) {
    const u32 h = (call * 31 + position + 1) * 0x9E37'79B1;
    const i32 s = i32(h);
    switch (type.code()) {
        case 0x7F: return Value::i32((h & 4) != 0 ? h >> 28 : h);
        case 0x7E: return Value::i64((h & 4) != 0 ? h >> 24 : u64(h) * 0x9E37'79B9'7F4A'7C15);
        case 0x7D: return Value::f32(f32(f64(s) / 256));
        default: return Value::f64(f64(s) / 1024);
    }
}

/// As coarse as engines agree on.
std::string_view trap_kind(TrapReason reason) {
    switch (reason) {
        case TrapReason::unreachable: return "unreachable";
        case TrapReason::integer_divide_by_zero: return "zero";
        case TrapReason::integer_overflow:
        case TrapReason::invalid_conversion: return "unrepresentable";
        // array.init_elem may find two bounds exceeded: which is told first is not said.
        case TrapReason::memory_out_of_bounds:
        case TrapReason::table_out_of_bounds:
        case TrapReason::undefined_element:
        case TrapReason::array_out_of_bounds: return "bounds";
        case TrapReason::uninitialized_element:
        case TrapReason::indirect_call_type_mismatch: return "callee";
        case TrapReason::cast_failure: return "cast";
        case TrapReason::uncaught_exception: return "exception";
        case TrapReason::call_stack_exhausted: return "stack";
        default: break;
    }
    return to_string(reason).starts_with("null") ? "null" : to_string(reason);
}

void tell_trap(Observed& seen, const Trap& trap) {
    seen.portable += trap_kind(trap.reason);
    seen.exact += to_string(trap.reason);
    for (const TrapFrame& frame : trap.frames)
        seen.exact += fmt::format(" {}:{:x}", frame.function, frame.offset);
}

void call(Run& run, Store& store, FunctionInstance& function, u32 number, const Conditions& in) {
    std::vector<Value> arguments;
    for (const ValueType type : type_of(function).parameters)
        arguments.push_back(argument(type, number, u32(arguments.size())));
    const Budget budget = Budget::of(instructions_max, in.slice);
    Execution execution(store, function, arguments, budget);
    Outcome outcome = Outcome::paused;
    while (outcome == Outcome::paused) outcome = execution.run();
    Observed& seen = run.seen;
    seen.portable += " ";
    seen.exact += fmt::format(" -{} ", instructions_max - execution.budget().remaining());
    if (outcome == Outcome::trapped) return tell_trap(seen, execution.trap());
    seen.portable += "(";
    const auto& results = type_of(function).results;
    for (size_t i = 0; i < results.size(); i++) {
        const Value& value = execution.results()[i];
        seen.portable += (i == 0 ? "" : ",") + run.show(value.type, value);
        if (!results[i].is_reference()) seen.exact += fmt::format("{:x},", value.bits);
    }
    seen.portable += ")";
}

void tell_memory(Observed& seen, Memory& memory, bool words) {
    Hash hash;
    const u8* content = memory.readable(0, memory.size_bytes);
    for (u64 i = 0; i + 4 <= memory.size_bytes; i += 4) {
        u32 word = 0;
        std::memcpy(&word, content + i, 4);
        hash.add(word);
        if (words && word != 0) seen.portable += fmt::format(" {:x}={:x}", i, word);
    }
    seen.portable += fmt::format(" m{}:{:x}", memory.size(), hash.value());
    if (content != nullptr) seen.marks.assign(content, content + memory.size_bytes);
}

void tell_state(Run& run, Instance& instance, bool words) {
    Observed& seen = run.seen;
    for (const Export& one : run.module->exports) {
        const Extern found = *find_export(instance, one.name);
        if (const auto* memory = std::get_if<Memory*>(&found)) tell_memory(seen, **memory, words);
        if (const auto* global = std::get_if<GlobalInstance*>(&found)) {
            const ValueType type = run.module->global_types[one.index].value;
            seen.portable += " g" + run.show(type, value_of(**global));
        }
        if (const auto* table = std::get_if<TableInstance*>(&found)) {
            seen.portable += " t";
            const ValueType type = run.module->table_types[one.index].element;
            for (u64 i = 0; i < (*table)->size; i++)
                seen.portable += run.show(type, {type, (*table)->elements[i]}) + ",";
        }
    }
    for (const Value& value : global_values(instance))
        if (!value.type.is_reference())
            seen.exact += fmt::format(" {:x}.{:x}", value.bits, value.high);
    seen.portable += fmt::format(" log{}:{:x}", run.logged, run.log.value());
}

std::vector<Extern> imports_for(const Module& module, Store& store,
                                std::vector<HostContext>& contexts,
                                const std::vector<Instance*>& before) {
    std::vector<Extern> imports;
    for (const Import& import : module.imports) {
        if (import.module == "other")
            imports.push_back(*find_export(*before.back(), import.name));
        else if (import.kind == ExternKind::global)
            imports.push_back(store.add_global(import.global, Value::i32(77)));
        else
            for (HostContext& host : contexts)
                if (import.name == host.signature->name)
                    imports.push_back(store.add_host_function(
                        {host.signature->type, answer, &host, import.name}));
    }
    return imports;
}

/// Null when it is refused, which is told.
Instance* instantiate(Run& run, Store& store, const ByteVector& bytes,
                      std::vector<HostContext>& contexts, const std::vector<Instance*>& before,
                      const Conditions& in) {
    Observed& seen = run.seen;
    auto compiled = load_module(bytes, {.guard = in.guard, .track = in.track});
    if (!compiled) {
        seen.refused = to_string(compiled.error());
        seen.portable = " refused: " + seen.refused;
        return nullptr;
    }
    const Module& module = module_of(**compiled);
    run.module = &module;
    const std::vector<Extern> imports = imports_for(module, store, contexts, before);
    InstantiationOptions options;
    options.memory = {.guard = in.guard, .track = in.track};
    auto instance = store.instantiate(*compiled, imports, options);
    if (instance) return *instance;
    seen.portable += " instantiation: ";
    if (const auto* trap = std::get_if<Trap>(&instance.error()))
        tell_trap(seen, *trap);
    else
        seen.portable += std::get<Unlinkable>(instance.error()).reason;
    return nullptr;
}

void call_all(Run& run, Store& store, Instance& instance, u32& number, const Conditions& in) {
    run.module = instance.module;
    for (int round = 0; round < 2; round++)
        for (const Export& one : run.module->exports) {
            if (one.kind != ExternKind::function) continue;
            u64& fuel_left = *std::get<GlobalInstance*>(*find_export(instance, "fuel"))->cell;
            fuel_left = fuel;
            call(run, store, *find_exported_function(instance, one.name), number++, in);
            run.seen.portable += fmt::format("~{}", fuel_left);
        }
}

}  // namespace

Observed observe(const std::vector<ByteVector>& modules, const Conditions& in) {
    Observed seen;
    Run run{seen, modules.size() > 1};
    ObjectHeapOptions heap;
    heap.stress = in.stress;
    Store store(heap);
    std::vector<HostContext> contexts;
    for (const HostSignature& one : host_signatures()) contexts.push_back({&run, &one});
    std::vector<Instance*> instances;
    for (const ByteVector& module : modules) {
        Instance* instance = instantiate(run, store, module, contexts, instances, in);
        if (instance == nullptr) return seen;
        instances.push_back(instance);
    }
    u32 number = 0;
    for (Instance* instance : instances) call_all(run, store, *instance, number, in);
    for (Instance* instance : instances) {
        run.module = instance->module;
        tell_state(run, *instance, in.words);
    }
    return seen;
}

}  // namespace icvm::differential
