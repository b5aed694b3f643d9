#pragma once

/// Test modules, loaded and called in a line. No part of the program.

#include <catch2/catch.hpp>

#include "vm/exec/test_assembler.hpp"
#include "vm/vm.hpp"

namespace icvm::vm {

/// An instance of a test module, in a store of its own or a given one.
struct Loaded {
    std::shared_ptr<Store> store = std::make_shared<Store>();
    Instance* instance = nullptr;

    explicit Loaded(TestModule module, const std::vector<Extern>& imports = {},
                    std::shared_ptr<Store> in = nullptr) {
        if (in) store = std::move(in);
        install_fault_handler();
        auto compiled = load_module(module.assemble(), {});
        if (!compiled) FAIL(to_string(compiled.error()));
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
};

inline TestModule module_of(std::vector<TestFunction> functions) {
    TestModule module;
    module.functions = std::move(functions);
    return module;
}

inline std::string repeat(const std::string& text, size_t count) {
    std::string all;
    for (size_t i = 0; i < count; i++) all += text + " ";
    return all;
}

}  // namespace icvm::vm
