#include <fmt/format.h>

#include <limits>

#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/module_source.hpp"
#include "cli/spelling.hpp"
#include "cli/wasm_value.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {
namespace {

/// Instructions between two looks at Ctrl-C and the progress line.
constexpr i64 slice = 20'000'000;

/// Code with guards needs guarded memories.
bool guard_of(const Context& context) { return context.globals.guard && vm::guard_available(); }

std::string type_text(const vm::Module& module, const vm::Export& item) {
    switch (item.kind) {
        case vm::ExternKind::function: return to_string(module.function_type(item.index));
        case vm::ExternKind::table:
            return "table of " + to_string(module.table_types[item.index].element);
        case vm::ExternKind::memory:
            return fmt::format("memory of {} pages",
                               module.memory_types[item.index].limits.minimum);
        case vm::ExternKind::global:
            return "global " + to_string(module.global_types[item.index].value);
        case vm::ExternKind::tag:
            return "tag " + to_string(module.types[module.tag_types[item.index]].function);
    }
    return {};
}

/// Without --invoke: what could be.
Done list_exports(Context& context, const vm::Module& module) {
    JsonArray exports;
    for (const vm::Export& item : module.exports) {
        context.terminal.result(fmt::format("{} : {}", item.name, type_text(module, item)));
        JsonObject json;
        json.add("name", item.name);
        json.add("type", type_text(module, item));
        exports.add_json(json.text());
    }
    context.json.add_json("exports", exports.text());
    if (module.exports.empty()) context.terminal.note("it exports nothing");
    return {};
}

Problem no_such_function(const vm::Module& module, const std::string& name,
                         const std::string& path) {
    std::vector<std::string_view> names;
    for (const vm::Export& item : module.exports)
        if (item.kind == vm::ExternKind::function) names.push_back(item.name);
    std::string text = fmt::format("{} exports no function `{}`", path, name);
    if (const auto near = nearest(name, names)) text += fmt::format("; did you mean `{}`?", *near);
    return usage_problem(std::move(text), "wasm");
}

Result<std::vector<vm::Value>, Problem> read_values(const Invocation& invocation,
                                                    const vm::FunctionType& type,
                                                    const std::string& name) {
    const size_t count = invocation.operands.size() - 1;
    if (count != type.parameters.size())
        return std::unexpected(usage_problem(
            fmt::format("{} : {} takes {} argument{}, not {}", name, to_string(type),
                        type.parameters.size(), type.parameters.size() == 1 ? "" : "s", count),
            "wasm"));
    std::vector<vm::Value> values;
    for (size_t i = 0; i < count; i++) {
        auto value = parse_value(invocation.operands[i + 1], type.parameters[i]);
        if (!value)
            return std::unexpected(usage_problem(
                fmt::format("argument {} of {}: {}", i + 1, name, value.error()), "wasm"));
        values.push_back(*value);
    }
    return values;
}

/// Of the name section, or an export.
std::string name_of(const vm::TrapFrame& frame, const vm::Module& module) {
    if (!frame.name.empty()) return frame.name;
    for (const vm::Export& found : module.exports)
        if (found.kind == vm::ExternKind::function && found.index == frame.function)
            return found.name;
    return {};
}

Problem trap_problem(const vm::Trap& trap, const std::string& what, const vm::Module& module) {
    Problem problem{{exit_code::trap, {}, {}, {}}};
    problem.reason = trap.message.empty() ? std::string(to_string(trap.reason)) : trap.message;
    problem.diagnostic.message = fmt::format("{} trapped: {}", what, problem.reason);
    for (const vm::TrapFrame& frame : trap.frames)
        problem.frames.push_back({frame.function, name_of(frame, module), frame.offset});
    return problem;
}

/// Calls, with a look at Ctrl-C at every slice.
Result<std::vector<vm::Value>, Problem> invoke(Context& context, vm::Store& store,
                                               vm::FunctionInstance& function,
                                               const std::vector<vm::Value>& arguments,
                                               const std::string& what, const vm::Module& module) {
    constexpr i64 limit = std::numeric_limits<i64>::max() / 2;
    context.progress.start(what);
    vm::Execution execution(store, function, arguments, vm::Budget::of(limit, slice));
    vm::Outcome outcome = execution.run();
    while (outcome == vm::Outcome::paused) {
        const u64 done = u64(limit - execution.budget().remaining());
        if (!context.progress.advance(done, u64(limit)))
            return std::unexpected(interrupted_problem(what + " was interrupted", {}));
        outcome = execution.run();
    }
    context.progress.clear();
    if (outcome == vm::Outcome::trapped)
        return std::unexpected(trap_problem(execution.trap(), what, module));
    return std::vector<vm::Value>(execution.results().begin(), execution.results().end());
}

/// What an import has to be.
std::string type_text(const vm::Module& module, const vm::Import& import) {
    switch (import.kind) {
        case vm::ExternKind::function:
            return "function " + to_string(module.types[import.type_index].function);
        case vm::ExternKind::table: return "table of " + to_string(import.table.element);
        case vm::ExternKind::memory:
            return fmt::format("memory of at least {} pages", import.memory.limits.minimum);
        case vm::ExternKind::global:
            return fmt::format("global {}{}", import.global.is_mutable ? "mut " : "",
                               to_string(import.global.value));
        case vm::ExternKind::tag:
            return "tag " + to_string(module.types[import.type_index].function);
    }
    return {};
}

Problem needs_imports(const vm::Module& module, const std::string& path) {
    const vm::Import& import = module.imports[0];
    std::string text = fmt::format("{} imports {}.{}, a {}: `icvm wasm` gives no imports", path,
                                   import.module, import.name, type_text(module, import));
    if (const size_t more = module.imports.size() - 1; more != 0)
        text += fmt::format(" ({} more are wanted)", more);
    const bool is_canister = import.module == "ic0";
    return file_problem(std::move(text), is_canister ? "icvm " + shell_word(path) : "");
}

Result<vm::Instance*, Problem> instantiate(Context& context, vm::Store& store,
                                           std::shared_ptr<const vm::CompiledModule> compiled,
                                           const std::string& path) {
    const vm::Module& module = module_of(*compiled);
    if (!module.imports.empty()) return std::unexpected(needs_imports(module, path));
    vm::InstantiationOptions options;
    options.run_start = false;
    options.memory.guard = guard_of(context);
    auto instance = store.instantiate(std::move(compiled), {}, options);
    if (!instance) {
        if (const auto* trap = std::get_if<vm::Trap>(&instance.error()))
            return std::unexpected(trap_problem(*trap, "instantiating " + path, module));
        return std::unexpected(file_problem(std::get<vm::Unlinkable>(instance.error()).reason));
    }
    if (vm::FunctionInstance* start = vm::start_function(**instance))
        TRY(invoke(context, store, *start, {}, "the start function", module));
    return *instance;
}

/// A reference to a defined type is printed by the top of its hierarchy.
vm::Value printed_form(const vm::Module& module, vm::ValueType declared, vm::Value value) {
    value.type = declared;
    if (!declared.is_reference() || !declared.heap_type().is_index()) return value;
    const vm::DefinedType& type = module.types[declared.heap_type().index()];
    value.type = type.kind == vm::CompositeKind::function ? vm::types::funcref : vm::types::anyref;
    return value;
}

void print_results(Context& context, const vm::Module& module, const vm::FunctionType& type,
                   const std::vector<vm::Value>& results) {
    JsonArray array;
    for (size_t i = 0; i < results.size(); i++) {
        const vm::Value value = printed_form(module, type.results[i], results[i]);
        context.terminal.result(print_value(value));
        JsonObject json;
        json.add("type", to_string(type.results[i]));
        json.add("value", print_value(value));
        array.add_json(json.text());
    }
    context.json.add_json("results", array.text());
}

Done run(Context& context, const ModuleSource& source) {
    const Invocation& invocation = context.invocation;
    const auto name = invocation.value("invoke");
    vm::CompileOptions options;
    options.guard = guard_of(context);
    const auto compiled = TRY(load_source(source, options));
    const vm::Module& module = module_of(*compiled);
    if (!name) {
        if (invocation.operands.size() > 1)
            return std::unexpected(usage_problem("arguments for what? --invoke FUNCTION", "wasm"));
        return list_exports(context, module);
    }
    const vm::Export* item = module.find_export(*name, vm::ExternKind::function);
    if (item == nullptr) return std::unexpected(no_such_function(module, *name, source.path));
    const vm::FunctionType& type = module.function_type(item->index);
    const auto arguments = TRY(read_values(invocation, type, *name));
    vm::Store store;
    vm::Instance& instance = *TRY(instantiate(context, store, compiled, source.path));
    vm::FunctionInstance& function = *vm::find_exported_function(instance, *name);
    const auto results = TRY(invoke(context, store, function, arguments, *name, module));
    print_results(context, module, type, results);
    return {};
}

}  // namespace

Done command_wasm(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.empty())
        return std::unexpected(usage_problem("which module?", invocation.command));
    const ModuleSource source = TRY(read_uncompressed(invocation.operands[0]));
    Done done = run(context, source);
    if (!done) add_places(done.error(), source);
    return done;
}

}  // namespace icvm::cli
