#include <fmt/format.h>

#include <limits>

#include "cli/command.hpp"
#include "cli/input.hpp"
#include "cli/interruption.hpp"
#include "cli/wasm_value.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {
namespace {

/// Instructions between two looks at Ctrl-C and the progress line.
constexpr i64 slice = 20'000'000;

/// Code with guards needs guarded memories.
bool guard_of(const Context& context) { return context.globals.guard && vm::guard_available(); }

Result<std::shared_ptr<const vm::CompiledModule>, Problem> load(const Context& context,
                                                                const std::string& path) {
    ByteVector bytes = TRY(read_file(path));
    if (bytes.empty())
        return std::unexpected(file_problem(fmt::format("{} is not a module: it is empty", path)));
    vm::CompileOptions options;
    options.guard = guard_of(context);
    auto module = vm::load_module(std::move(bytes), options);
    if (!module)
        return std::unexpected(file_problem(
            fmt::format("{} is not a valid module: {}", path, vm::to_string(module.error()))));
    return std::move(*module);
}

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

Problem trap_problem(const vm::Trap& trap, const std::string& what) {
    Problem problem{{exit_code::trap, {}, {}, {}}};
    problem.reason = trap.message.empty() ? std::string(to_string(trap.reason)) : trap.message;
    problem.diagnostic.message = fmt::format("{} trapped: {}", what, problem.reason);
    for (const vm::TrapFrame& frame : trap.frames)
        problem.frames.push_back({frame.function, frame.name, frame.offset});
    return problem;
}

/// Calls, with a look at Ctrl-C at every slice.
Result<std::vector<vm::Value>, Problem> invoke(Context& context, vm::Store& store,
                                               vm::FunctionInstance& function,
                                               const std::vector<vm::Value>& arguments,
                                               const std::string& what) {
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
        return std::unexpected(trap_problem(execution.trap(), what));
    return std::vector<vm::Value>(execution.results().begin(), execution.results().end());
}

Result<vm::Instance*, Problem> instantiate(Context& context, vm::Store& store,
                                           std::shared_ptr<const vm::CompiledModule> compiled,
                                           const std::string& path) {
    const vm::Module& module = module_of(*compiled);
    if (!module.imports.empty()) {
        const vm::Import& import = module.imports[0];
        return std::unexpected(
            file_problem(fmt::format("{} imports {}.{}: `icvm wasm` gives no imports", path,
                                     import.module, import.name),
                         import.module == "ic0" ? "icvm " + path : std::string()));
    }
    vm::InstantiationOptions options;
    options.run_start = false;
    options.memory.guard = guard_of(context);
    auto instance = store.instantiate(std::move(compiled), {}, options);
    if (!instance) {
        if (const auto* trap = std::get_if<vm::Trap>(&instance.error()))
            return std::unexpected(trap_problem(*trap, "instantiating " + path));
        return std::unexpected(file_problem(std::get<vm::Unlinkable>(instance.error()).reason));
    }
    if (vm::FunctionInstance* start = vm::start_function(**instance))
        TRY(invoke(context, store, *start, {}, "the start function"));
    return *instance;
}

void print_results(Context& context, const std::vector<vm::Value>& results) {
    JsonArray array;
    for (const vm::Value& value : results) {
        context.terminal.result(print_value(value));
        JsonObject json;
        json.add("type", to_string(value.type));
        json.add("value", print_value(value));
        array.add_json(json.text());
    }
    context.json.add_json("results", array.text());
}

}  // namespace

Done command_wasm(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.empty())
        return std::unexpected(usage_problem("which module?", invocation.command));
    const std::string& path = invocation.operands[0];
    const auto name = invocation.value("invoke");
    const auto compiled = TRY(load(context, path));
    const vm::Module& module = module_of(*compiled);
    if (!name) {
        if (invocation.operands.size() > 1)
            return std::unexpected(usage_problem("arguments for what? --invoke FUNCTION", "wasm"));
        return list_exports(context, module);
    }
    const vm::Export* item = module.find_export(*name, vm::ExternKind::function);
    if (item == nullptr) return std::unexpected(no_such_function(module, *name, path));
    const auto arguments = TRY(read_values(invocation, module.function_type(item->index), *name));
    vm::Store store;
    vm::Instance& instance = *TRY(instantiate(context, store, compiled, path));
    vm::FunctionInstance& function = *vm::find_exported_function(instance, *name);
    print_results(context, TRY(invoke(context, store, function, arguments, *name)));
    return {};
}

}  // namespace icvm::cli
