#include "vm/script/runner.hpp"

#include <fmt/format.h>

#include "vm/runtime/object_heap.hpp"
#include "vm/script/expectation.hpp"

namespace icvm::vm {
namespace {

std::optional<AssertionKind> assertion_of(Command::Kind kind) {
    using enum Command::Kind;
    switch (kind) {
        case module:
        case instance:
        case register_:
        case action: return std::nullopt;
        case assert_return: return AssertionKind::assert_return;
        case assert_trap: return AssertionKind::assert_trap;
        case assert_exception: return AssertionKind::assert_exception;
        case assert_exhaustion: return AssertionKind::assert_exhaustion;
        case assert_malformed:
        case assert_malformed_custom: return AssertionKind::assert_malformed;
        case assert_invalid:
        case assert_invalid_custom: return AssertionKind::assert_invalid;
        case assert_unlinkable: return AssertionKind::assert_unlinkable;
    }
    return std::nullopt;
}

std::string describe(const Stop& stop) {
    std::string text = fmt::format("{} \"{}\"", to_string(stop.kind), stop.message);
    if (!stop.place.empty()) text += " at " + stop.place;
    return text;
}

Stop stop_of(const Trap& trap) {
    const std::string text =
        trap.message.empty() ? std::string(to_string(trap.reason)) : trap.message;
    if (trap.reason == TrapReason::uncaught_exception) return {Stop::Kind::exception, text};
    if (trap.reason == TrapReason::call_stack_exhausted) return {Stop::Kind::exhaustion, text};
    return {Stop::Kind::trap, text};
}

Stop stop_of(const InstantiationError& error) {
    if (const auto* unlinkable = std::get_if<Unlinkable>(&error))
        return {Stop::Kind::unlinkable, unlinkable->reason};
    return stop_of(std::get<Trap>(error));
}

/// What is wrong with a custom section is found where its annotation is read, invalid or malformed.
bool is_expected(const Command& command, Stop::Kind found, Stop::Kind expected) {
    return found == expected ||
           (command.kind == Command::Kind::assert_invalid_custom && found == Stop::Kind::malformed);
}

std::unexpected<Stop> mistake(std::string message) {
    return std::unexpected(Stop{Stop::Kind::script, std::move(message)});
}

/// Whether an argument may be given: the type of a null is any of its hierarchy.
bool fits_parameter(const Expected& argument, ValueType parameter) {
    if (argument.kind == Expected::Kind::null) return parameter.is_nullable();
    const Value& value = argument.value;
    if (argument.kind != Expected::Kind::exactly) return false;
    if (!parameter.is_reference()) return value.type == parameter;
    if (!value.type.is_reference() || !same_hierarchy(value.type, parameter)) return false;
    return value.bits == 0 ? parameter.is_nullable() : is_instance(value.bits, parameter);
}

}  // namespace

ScriptRunner::ScriptRunner(const SuiteOptions& options)
    : guard_(options.guard && guard_available()),
      store_(ObjectHeapOptions{.stress = options.stress}),
      spectest_(add_spectest(store_, {.guard = guard_})) {}

ScriptReport ScriptRunner::run(const Script& script) {
    ScriptReport report;
    for (const Command& command : script) {
        const auto assertion = assertion_of(command.kind);
        if (Failure failure = run_command(command))
            report.failures.push_back({command.position, std::move(*failure)});
        else if (assertion)
            report.passed_by_kind[size_t(*assertion)]++;
    }
    return report;
}

ScriptRunner::Failure ScriptRunner::run_command(const Command& command) {
    using enum Command::Kind;
    switch (command.kind) {
        case module: return run_module(*command.module);
        case instance: return run_instance(command);
        case register_: return run_register(command);
        case action: {
            const auto results = act(*command.action);
            if (results) return std::nullopt;
            return "expected a return, found " + describe(results.error());
        }
        case assert_return: return assert_results(command);
        case assert_trap: return assert_stop(command, Stop::Kind::trap);
        case assert_exception: return assert_stop(command, Stop::Kind::exception);
        case assert_exhaustion: return assert_stop(command, Stop::Kind::exhaustion);
        case assert_malformed:
        case assert_malformed_custom: return assert_stop(command, Stop::Kind::malformed);
        case assert_invalid:
        case assert_invalid_custom: return assert_stop(command, Stop::Kind::invalid);
        case assert_unlinkable: return assert_stop(command, Stop::Kind::unlinkable);
    }
    return "a command that is not known";
}

ScriptRunner::Failure ScriptRunner::run_module(const ScriptModule& module) {
    auto loaded = load(module);
    const Compiled compiled = loaded ? *loaded : nullptr;
    definitions_[""] = definitions_[module.id] = compiled;
    if (loaded && module.definition) return std::nullopt;
    const auto instance = loaded ? instantiate(compiled) : std::unexpected(loaded.error());
    if (!module.definition) remember(module.id, instance ? *instance : nullptr);
    if (instance) return std::nullopt;
    return "expected a module, found " + describe(instance.error());
}

ScriptRunner::Failure ScriptRunner::run_instance(const Command& command) {
    remember(command.id, nullptr);
    const auto found = definitions_.find(command.name);
    if (found == definitions_.end() || found->second == nullptr)
        return fmt::format("expected a definition {}, found none", command.name);
    const auto instance = instantiate(found->second);
    if (!instance) return "expected an instance, found " + describe(instance.error());
    remember(command.id, *instance);
    return std::nullopt;
}

ScriptRunner::Failure ScriptRunner::run_register(const Command& command) {
    const auto instance = find_instance(command.id);
    registered_[command.name] = instance ? *instance : nullptr;
    if (instance) return std::nullopt;
    return "expected an instance, found " + describe(instance.error());
}

ScriptRunner::Failure ScriptRunner::assert_results(const Command& command) {
    const auto results = act(*command.action);
    if (!results)
        return fmt::format("expected {}, found {}", describe(command.results),
                           describe(results.error()));
    std::string difference = difference_of(*results, command.results);
    if (difference.empty()) return std::nullopt;
    return difference;
}

ScriptRunner::Failure ScriptRunner::assert_stop(const Command& command, Stop::Kind expected) {
    const auto attempted = attempt(command);
    if (!attempted && is_expected(command, attempted.error().kind, expected) &&
        attempted.error().message.starts_with(command.message))
        return std::nullopt;
    const std::string found = !attempted       ? describe(attempted.error())
                              : command.module ? "a module without fault"
                                               : "a return of " + describe(*attempted);
    return fmt::format("expected {}, found {}", describe(Stop{expected, command.message}), found);
}

Result<ScriptRunner::Values, Stop> ScriptRunner::attempt(const Command& command) {
    if (command.action) return act(*command.action);
    Compiled module = TRY(load(*command.module));
    if (command.kind == Command::Kind::assert_trap ||
        command.kind == Command::Kind::assert_unlinkable)
        (void)TRY(instantiate(std::move(module)));
    return Values{};
}

Result<ScriptRunner::Values, Stop> ScriptRunner::act(const Action& action) {
    Instance* instance = TRY(find_instance(action.module));
    const auto found = find_export(*instance, action.name);
    if (!found) return mistake(fmt::format("no export \"{}\"", action.name));
    if (action.kind == Action::Kind::get) {
        const auto* global = std::get_if<GlobalInstance*>(&*found);
        if (global == nullptr) return mistake(fmt::format("\"{}\" is no global", action.name));
        return Values{value_of(**global)};
    }
    const auto* function = std::get_if<FunctionInstance*>(&*found);
    if (function == nullptr) return mistake(fmt::format("\"{}\" is no function", action.name));
    return call(**function, action);
}

Result<ScriptRunner::Values, Stop> ScriptRunner::call(FunctionInstance& function,
                                                      const Action& action) {
    const std::vector<ValueType>& parameters = type_of(function).parameters;
    bool fit = action.arguments.size() == parameters.size();
    Values arguments;
    for (size_t i = 0; fit && i < parameters.size(); i++) {
        fit = fits_parameter(action.arguments[i], parameters[i]);
        arguments.push_back(action.arguments[i].value);
        arguments.back().type = parameters[i];
    }
    if (!fit) return mistake(fmt::format("arguments that \"{}\" does not take", action.name));
    auto results = invoke(store_, function, arguments);
    if (!results) return std::unexpected(stop_of(results.error()));
    return std::move(*results);
}

Result<ScriptRunner::Compiled, Stop> ScriptRunner::load(const ScriptModule& module) const {
    CompileOptions options;
    options.guard = guard_;
    return load_script_module(module, options);
}

Result<Instance*, Stop> ScriptRunner::instantiate(Compiled module) {
    std::vector<Extern> imports;
    for (const Import& import : module_of(*module).imports) {
        const auto found = find_import(import);
        if (!found)
            return std::unexpected(
                Stop{Stop::Kind::unlinkable,
                     fmt::format("unknown import \"{}\" \"{}\"", import.module, import.name)});
        imports.push_back(*found);
    }
    InstantiationOptions options;
    options.memory.guard = guard_;
    const auto instance = store_.instantiate(std::move(module), imports, options);
    if (!instance) return std::unexpected(stop_of(instance.error()));
    return *instance;
}

Result<Instance*, Stop> ScriptRunner::find_instance(const std::string& id) const {
    const auto found = instances_.find(id);
    if (found == instances_.end())
        return mistake(id.empty() ? "no module before it" : "no module " + id);
    if (found->second == nullptr) return mistake("the module could not be made");
    return found->second;
}

std::optional<Extern> ScriptRunner::find_import(const Import& import) const {
    const auto module = registered_.find(import.module);
    if (module != registered_.end()) {
        if (module->second == nullptr) return std::nullopt;
        return find_export(*module->second, import.name);
    }
    const auto found = spectest_.find(import.name);
    if (import.module != "spectest" || found == spectest_.end()) return std::nullopt;
    return found->second;
}

void ScriptRunner::remember(const std::string& id, Instance* instance) {
    instances_[""] = instances_[id] = instance;
}

}  // namespace icvm::vm
