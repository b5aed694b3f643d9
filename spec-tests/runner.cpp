#include "spec-tests/runner.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "spec-tests/expectation.hpp"

namespace icvm::spec_tests {

/// A module, or why there is none.
struct Runner::Loaded {
    std::shared_ptr<const vm::CompiledModule> module;
    std::string reason;
    bool malformed = false;
    std::string waits_for;
};

/// An instance, or why there is none.
struct Runner::Instantiated {
    vm::Instance* instance = nullptr;
    std::string reason;
    bool unlinkable = false;
    std::string waits_for{};  ///< an imported module does
};

/// Results, or a trap's reason, or why nothing was run.
struct Runner::Acted {
    std::optional<std::vector<vm::Value>> results;
    std::string trap;
    Verdict verdict{};
};

namespace {

/// "SIMD" of "… (SIMD is not supported yet)"; empty: it is no matter of a feature.
std::string missing_feature(const std::string& reason) {
    constexpr std::string_view ending = " not supported yet)";
    if (!reason.ends_with(ending)) return {};
    const size_t start = reason.rfind('(') + 1;
    const size_t end = reason.rfind(' ', reason.size() - ending.size() - 1);
    return reason.substr(start, end - start);
}

/// Messages are compared by their beginnings: some of the suite's say more, some of ours do.
bool fits(std::string_view message, std::string_view expected) {
    return message.starts_with(expected) || expected.starts_with(message);
}

}  // namespace

Runner::Runner(const Script& script, std::string folder, bool guard)
    : script_(script),
      folder_(std::move(folder)),
      guard_(guard),
      spectest_(add_spectest(store_, {.guard = guard})) {}

Report Runner::run() {
    Report report;
    for (const Command& command : script_.commands) {
        const Verdict verdict = run_command(command);
        switch (verdict.kind) {
            case Verdict::Kind::passed: report.passed++; break;
            case Verdict::Kind::ignored: break;
            case Verdict::Kind::waits: report.waiting[verdict.text]++; break;
            case Verdict::Kind::failed:
                report.failures.push_back(fmt::format(
                    "{}:{}: {}: {}", std::filesystem::path(script_.source).filename().string(),
                    command.line, command.type, verdict.text));
        }
    }
    return report;
}

Runner::Verdict Runner::run_command(const Command& command) {
    if (command.has_vectors) return {Verdict::Kind::waits, "SIMD"};
    if (command.type == "module") return run_module(command);
    if (command.type == "register") return run_register(command);
    if (command.type == "action" || command.type == "assert_return") return assert_return(command);
    if (command.type == "assert_trap" || command.type == "assert_exhaustion")
        return assert_trap(command);
    if (command.is_text) return {Verdict::Kind::waits, "the text format"};
    if (command.type == "assert_malformed" || command.type == "assert_invalid")
        return assert_no_module(command);
    if (command.type == "assert_unlinkable" || command.type == "assert_uninstantiable")
        return assert_no_instance(command);
    return {Verdict::Kind::failed, "a command that this runner does not know"};
}

Runner::Loaded Runner::load(const std::string& filename) const {
    std::ifstream file(std::filesystem::path(folder_) / filename, std::ios::binary);
    ByteVector bytes{std::istreambuf_iterator<char>(file), {}};
    const auto module = vm::load_module(std::move(bytes), {.guard = guard_});
    Loaded loaded;
    if (module) {
        loaded.module = *module;
        return loaded;
    }
    const auto* malformed = std::get_if<vm::Malformed>(&module.error());
    loaded.malformed = malformed != nullptr;
    loaded.reason = malformed ? malformed->reason : std::get<vm::Invalid>(module.error()).reason;
    loaded.waits_for = missing_feature(loaded.reason);
    return loaded;
}

std::optional<vm::Extern> Runner::find_import(const vm::Import& import) const {
    if (import.module == "spectest") {
        const auto found = spectest_.find(import.name);
        if (found != spectest_.end()) return found->second;
        return std::nullopt;
    }
    const auto found = registered_.find(import.module);
    if (found == registered_.end() || found->second.instance == nullptr) return std::nullopt;
    return vm::find_export(*found->second.instance, import.name);
}

Runner::Instantiated Runner::instantiate(const Loaded& loaded) {
    std::vector<vm::Extern> imports;
    for (const vm::Import& import : vm::module_of(*loaded.module).imports) {
        const auto found = find_import(import);
        const auto from = registered_.find(import.module);
        if (from != registered_.end() && !from->second.waits_for.empty())
            return {nullptr, {}, true, from->second.waits_for};
        if (!found) return {nullptr, "unknown import", true};
        imports.push_back(*found);
    }
    vm::InstantiationOptions options;
    options.memory.guard = guard_;
    const auto instance = store_.instantiate(loaded.module, imports, options);
    if (instance) return {*instance, {}};
    if (const auto* unlinkable = std::get_if<vm::Unlinkable>(&instance.error()))
        return {nullptr, unlinkable->reason, true};
    return {nullptr, std::string(to_string(std::get<vm::Trap>(instance.error()).reason))};
}

Runner::Verdict Runner::run_module(const Command& command) {
    const Loaded loaded = load(command.filename);
    last_ = {nullptr, loaded.waits_for};
    Verdict verdict{Verdict::Kind::ignored, {}};
    if (loaded.module) {
        const Instantiated instantiated = instantiate(loaded);
        last_ = {instantiated.instance, instantiated.waits_for};
        if (last_.instance == nullptr && last_.waits_for.empty())
            verdict = {Verdict::Kind::failed, instantiated.reason};
    } else if (loaded.waits_for.empty()) {
        verdict = {Verdict::Kind::failed, loaded.reason};
    }
    if (!command.name.empty()) named_[command.name] = last_;
    return verdict;
}

Runner::Entry Runner::find_module(const std::string& name) const {
    if (name.empty()) return last_;
    const auto found = named_.find(name);
    return found == named_.end() ? Entry{} : found->second;
}

Runner::Verdict Runner::run_register(const Command& command) {
    registered_[command.as] = find_module(command.name);
    return {Verdict::Kind::ignored, {}};
}

Runner::Acted Runner::act(const Command& command) {
    const Action& action = command.action;
    const Entry module = find_module(action.module);
    if (!module.waits_for.empty()) return {{}, {}, {Verdict::Kind::waits, module.waits_for}};
    const auto failed = [](std::string text) -> Acted {
        return {{}, {}, {Verdict::Kind::failed, std::move(text)}};
    };
    if (module.instance == nullptr) return failed("the module could not be instantiated");
    const auto found = vm::find_export(*module.instance, action.field);
    if (!found) return failed("no export of that name");
    if (!action.is_invoke) {
        const auto* global = std::get_if<vm::GlobalInstance*>(&*found);
        if (global == nullptr) return failed("the export is no global");
        return {{{vm::value_of(**global)}}, {}};
    }
    const auto* function = std::get_if<vm::FunctionInstance*>(&*found);
    if (function == nullptr) return failed("the export is no function");
    auto results = vm::invoke(store_, **function, action.arguments);
    if (!results) return {{}, std::string(to_string(results.error().reason))};
    return {std::move(*results), {}};
}

Runner::Verdict Runner::assert_return(const Command& command) {
    const Acted acted = act(command);
    if (!acted.results && acted.trap.empty()) return acted.verdict;
    if (!acted.results) return {Verdict::Kind::failed, "trapped: " + acted.trap};
    // The results of a plain action are not told.
    if (command.type == "action") return {Verdict::Kind::ignored, {}};
    const std::string difference = difference_of(*acted.results, command.expected);
    if (difference.empty()) return {};
    return {Verdict::Kind::failed, difference};
}

Runner::Verdict Runner::assert_trap(const Command& command) {
    const Acted acted = act(command);
    if (acted.results)
        return {Verdict::Kind::failed, "it returned, but should trap: " + command.text};
    if (acted.trap.empty()) return acted.verdict;
    if (fits(acted.trap, command.text)) return {};
    return {Verdict::Kind::failed,
            fmt::format("trapped with \"{}\", not \"{}\"", acted.trap, command.text)};
}

Runner::Verdict Runner::assert_no_module(const Command& command) {
    const Loaded loaded = load(command.filename);
    const bool malformed = command.type == "assert_malformed";
    if (loaded.module)
        return {Verdict::Kind::failed, "it was accepted, but should be refused: " + command.text};
    if (loaded.malformed == malformed && loaded.reason.starts_with(command.text)) return {};
    if (!loaded.waits_for.empty()) return {Verdict::Kind::waits, loaded.waits_for};
    return {Verdict::Kind::failed,
            fmt::format("refused as \"{}\", not \"{}\"", loaded.reason, command.text)};
}

Runner::Verdict Runner::assert_no_instance(const Command& command) {
    const Loaded loaded = load(command.filename);
    if (!loaded.module) {
        if (!loaded.waits_for.empty()) return {Verdict::Kind::waits, loaded.waits_for};
        return {Verdict::Kind::failed, loaded.reason};
    }
    const Instantiated instantiated = instantiate(loaded);
    if (!instantiated.waits_for.empty()) return {Verdict::Kind::waits, instantiated.waits_for};
    if (instantiated.instance != nullptr)
        return {Verdict::Kind::failed, "it was instantiated, but should not: " + command.text};
    if (instantiated.unlinkable == (command.type == "assert_unlinkable") &&
        fits(instantiated.reason, command.text))
        return {};
    return {Verdict::Kind::failed,
            fmt::format("refused as \"{}\", not \"{}\"", instantiated.reason, command.text)};
}

}  // namespace icvm::spec_tests
