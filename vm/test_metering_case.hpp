#pragma once

/// Examples of docs/metering.md as lines of a table. No part of the program.

#include <catch2/catch.hpp>

#include "vm/test_metering.hpp"

namespace icvm::vm {

/// The module's one exported function.
inline std::string f(std::string_view body) {
    return "(func (export \"f\") " + std::string(body) + ")";
}

/// "f" of a module (without one, its start function), called with `arguments` (bits) under `limit`,
/// uses `used`: `why` adds it up. A host function "pc" gives what was used so far, for 200; "host"
/// costs 500; "free" nothing.
struct MeteredCase {
    std::string text;
    std::vector<u64> arguments;
    i64 used;
    const char* why;
    std::string_view trap = {};  ///< empty: it ends well
    i64 limit = 1'000'000;
};

/// What the host functions of a case saw: what was used when they were called.
using SeenByHost = std::vector<i64>;

struct CaseHost {
    i64 limit;
    i64 fee;
    bool tells;  ///< gives what was used, with the fee, in an i64
    SeenByHost* seen;

    static HostOutcome call(void* context, HostCall& call) {
        const CaseHost& host = *static_cast<const CaseHost*>(context);
        HostCounter counter(call);
        host.seen->push_back(host.limit - counter.value());
        if (host.fee == 0) return HostOutcome::done;
        const HostOutcome outcome = counter.pay(host.fee, call);
        if (outcome == HostOutcome::done && host.tells)
            call.slots[0] = u64(host.limit - counter.value());
        return outcome;
    }
};

struct CaseRun {
    MeteredOutcome outcome;
    SeenByHost seen;
    std::vector<u64> globals;  ///< of the module
};

inline CaseRun run_case(const MeteredModule& module, MeteredForm form, const MeteredCase& one,
                        i64 slice) {
    CaseRun run;
    CaseHost pc{one.limit, 200, true, &run.seen}, host{one.limit, 500, false, &run.seen},
        free{one.limit, 0, false, &run.seen};
    const auto imports = [&](Store& store, const Module& of) {
        std::vector<Extern> list;
        for (const Import& import : of.imports) {
            CaseHost& context = import.name == "pc" ? pc : import.name == "host" ? host : free;
            list.push_back(store.add_host_function(
                {of.types[import.type_index].function, CaseHost::call, &context, import.name}));
        }
        return list;
    };
    MeteredInstance instance(module, form, imports);
    REQUIRE(instance.instance());
    FunctionInstance* start = start_function(*instance.instance());
    FunctionInstance* f = find_exported_function(*instance.instance(), "f");
    FunctionInstance& function = f ? *f : *start;
    std::vector<Value> values;
    for (size_t i = 0; i < one.arguments.size(); i++)
        values.push_back({type_of(function).parameters[i], one.arguments[i]});
    run.outcome = instance.run(function, values, one.limit, slice);
    for (const Value& value : global_values(*instance.instance()))
        run.globals.push_back(value.bits);
    if (form == MeteredForm::instrumented) run.globals.pop_back();
    return run;
}

inline void check_frames(const MeteredOutcome& a, const MeteredOutcome& b) {
    REQUIRE(a.frames.size() == b.frames.size());
    for (size_t i = 0; i < a.frames.size(); i++) {
        CHECK(a.frames[i].function == b.frames[i].function);
        CHECK(a.frames[i].offset == b.frames[i].offset);
    }
}

/// Checks the case in both forms and any slice; gives the counted run.
inline CaseRun check_case(const MeteredCase& one) {
    install_fault_handler();
    INFO(one.text << " = " << one.why);
    auto parsed = parse_module(one.text);
    if (!parsed) FAIL(parsed.error().reason);
    const MeteredModule module(parsed->bytes, {});
    REQUIRE(module.error == "");
    const CaseRun reference = run_case(module, MeteredForm::instrumented, one, one.limit);
    CHECK(std::string(one.trap) == reference.outcome.trap);
    CHECK(one.used == one.limit - reference.outcome.counter);
    CaseRun counted;
    for (const i64 slice : {i64(1), i64(7), one.limit}) {
        INFO("slice " << slice);
        counted = run_case(module, MeteredForm::counted, one, slice);
        CHECK(std::string(one.trap) == counted.outcome.trap);
        CHECK(one.used == one.limit - counted.outcome.counter);
        CHECK(reference.seen == counted.seen);
        CHECK(reference.globals == counted.globals);
        check_frames(reference.outcome, counted.outcome);
    }
    return counted;
}

inline void check_cases(const std::vector<MeteredCase>& cases) {
    for (const MeteredCase& one : cases) check_case(one);
}

}  // namespace icvm::vm
