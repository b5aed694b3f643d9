#pragma once

/// Modules in the text format, loaded and called in a line. No part of the program.

#include <catch2/catch.hpp>

#include "vm/text/parser.hpp"
#include "vm/vm.hpp"

namespace icvm::vm {

/// An instance of a module that is written as text. The heap of its store collects at every
/// allocation, so that a root that is forgotten is missed.
struct LoadedText {
    std::shared_ptr<Store> store;
    Instance* instance = nullptr;

    explicit LoadedText(std::string_view text, const std::vector<Extern>& imports = {},
                        std::shared_ptr<Store> in = nullptr)
        : store(in ? std::move(in) : std::make_shared<Store>(ObjectHeapOptions{.stress = true})) {
        install_fault_handler();
        auto parsed = parse_module(text);
        if (!parsed) FAIL(parsed.error().reason << " in " << text);
        auto compiled = load_module(std::move(parsed->bytes), {});
        if (!compiled) FAIL(to_string(compiled.error()) << " in " << text);
        auto made = store->instantiate(*compiled, imports);
        REQUIRE(made);
        instance = *made;
    }

    FunctionInstance& function(const char* name = "f") const {
        FunctionInstance* found = find_exported_function(*instance, name);
        REQUIRE(found);
        return *found;
    }

    Result<std::vector<Value>, Trap> call(const std::vector<u64>& arguments = {},
                                          const char* name = "f") const {
        std::vector<Value> values;
        for (size_t i = 0; i < arguments.size(); i++)
            values.push_back({type_of(function(name)).parameters[i], arguments[i]});
        return invoke(*store, function(name), values);
    }

    u64 value(const std::vector<u64>& arguments = {}, const char* name = "f") const {
        const auto results = call(arguments, name);
        if (!results) FAIL(to_string(results.error().reason));
        return (*results)[0].bits;
    }

    std::string trap(const std::vector<u64>& arguments = {}, const char* name = "f") const {
        const auto results = call(arguments, name);
        return results ? "no trap" : std::string(to_string(results.error().reason));
    }

    /// Instructions that a call takes.
    i64 instructions(const std::vector<u64>& arguments = {}, const char* name = "f") const {
        constexpr i64 limit = 1'000'000'000;
        std::vector<Value> values;
        for (size_t i = 0; i < arguments.size(); i++)
            values.push_back({type_of(function(name)).parameters[i], arguments[i]});
        Execution execution(*store, function(name), values, Budget::of(limit, limit));
        execution.run();
        return limit - execution.budget().remaining();
    }
};

}  // namespace icvm::vm
