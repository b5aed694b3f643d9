#include "cli/installation.hpp"

#include <fmt/format.h>

#include "cli/lifecycle.hpp"
#include "cli/number.hpp"
#include "cli/open_calls.hpp"
#include "cli/spelling.hpp"
#include "vm/base/check.hpp"

namespace icvm::cli {

using replica::InstallMode;
using replica::WasmMemoryPersistence;

namespace {

Result<ModeChoice, Problem> mode_choice(const Invocation& invocation, ModeChoice otherwise) {
    const auto given = invocation.value("mode");
    if (!given) return otherwise;
    if (*given == "auto") return ModeChoice::automatic;
    if (*given == "install") return ModeChoice::install;
    if (*given == "reinstall") return ModeChoice::reinstall;
    if (*given == "upgrade") return ModeChoice::upgrade;
    return std::unexpected(usage_problem(
        fmt::format("--mode is one of auto, install, reinstall, upgrade, not `{}`", *given),
        invocation.command));
}

}  // namespace

Result<InstallChoices, Problem> read_choices(const Context& context, ModeChoice otherwise,
                                             const std::string* arguments) {
    const Invocation& invocation = context.invocation;
    InstallChoices choices;
    choices.mode = TRY(mode_choice(invocation, otherwise));
    choices.skip_pre_upgrade = invocation.has("skip-pre-upgrade");
    choices.waits_for_answers = !invocation.has("no-wait");
    if (const auto kind = invocation.value("wasm-memory-persistence")) {
        if (*kind != "keep" && *kind != "replace")
            return std::unexpected(usage_problem(
                fmt::format("--wasm-memory-persistence is keep or replace, not `{}`", *kind),
                invocation.command));
        choices.persistence =
            *kind == "keep" ? WasmMemoryPersistence::keep : WasmMemoryPersistence::replace;
    }
    choices.arguments = TRY(read_arguments(context, arguments));
    return choices;
}

Done confirm(Context& context, const std::string& question) {
    switch (context.terminal.ask(question)) {
        case Terminal::Answer::yes: return {};
        case Terminal::Answer::nobody_to_ask: return {};
        case Terminal::Answer::no:
        case Terminal::Answer::interrupted: break;
    }
    return std::unexpected(interrupted_problem("not done", "unchanged"));
}

// ---- Planning ----------------------------------------------------------------------------------

namespace {

InstallMode mode_of(ModeChoice choice, bool empty) {
    switch (choice) {
        case ModeChoice::install: return InstallMode::install;
        case ModeChoice::reinstall: return InstallMode::reinstall;
        case ModeChoice::upgrade: return InstallMode::upgrade;
        case ModeChoice::automatic: break;
    }
    return empty ? InstallMode::install : InstallMode::upgrade;
}

/// The init arguments. An upgrade without any is left to the module: its post_upgrade need not take
/// what its init does.
Result<ByteVector, Problem> argument_of(const Plan& plan, const ArgumentText& arguments) {
    auto bytes = encode(arguments, plan.module.service, nullptr);
    if (!bytes && plan.mode == InstallMode::upgrade && !arguments.given())
        return encode("()", nullptr, nullptr);
    return bytes;
}

replica::InstallCode request_of(const Context& context, const Plan& plan) {
    return {plan.target ? plan.target->id : replica::Principal(),
            plan.mode,
            plan.module.bytes(),
            plan.argument,
            plan.skip_pre_upgrade,
            plan.persistence,
            remembered_path(context, plan.module.path)};
}

std::string still_installed(const Plan& plan, std::string_view verdict) {
    const auto& before = *plan.before;
    const std::string_view status = before.status == replica::Status::running    ? "running"
                                    : before.status == replica::Status::stopping ? "stopping"
                                                                                 : "stopped";
    return fmt::format("{}: {} is still installed and {}", verdict, short_hash(*before.module_hash),
                       status);
}

std::string state_after_failure(const Plan& plan, const Target& target) {
    if (!plan.target) return "unchanged: there is no " + target.name;
    if (!plan.before || !plan.before->module_hash) return "unchanged: " + target.name + " is empty";
    return still_installed(plan, "ROLLED BACK");
}

/// The command that upgrades nevertheless, and what it costs.
std::string replacement(const Plan& plan, const Target& target) {
    return fmt::format(
        "icvm upgrade {} {} --wasm-memory-persistence replace   erases the heap of "
        "{} bytes: all data of {}",
        target.name, shell_word(plan.module.path), grouped(plan.before->heap_bytes), target.name);
}

/// The old module keeps its data in the heap and the new one would not: mainnet's refusal, from
/// the replica, and what would do it nevertheless.
Problem refuse_loss_of_heap(Context& context, Session& session, const Plan& plan) {
    const Target& target = *plan.target;
    auto receipt = session.replica.install_code(request_of(context, plan));
    CHECK(!receipt);
    Deed deed{target.name, target.who, "the upgrade", still_installed(plan, "unchanged"),
              "was not upgraded"};
    deed.next.push_back(replacement(plan, target));
    return problem_of(receipt.error(), deed);
}

bool would_lose_heap(const Plan& plan) {
    return plan.mode == InstallMode::upgrade && plan.before && plan.before->module_hash &&
           plan.before->enhanced_persistence && !plan.module.info.enhanced_persistence;
}

}  // namespace

Result<Plan, Problem> plan_installation(Context& context, Session& session, std::string name,
                                        std::optional<Target> target, ModuleFile module,
                                        const InstallChoices& choices) {
    if (auto done = check_canister(module); !done) return std::unexpected(std::move(done.error()));
    Plan plan{.name = std::move(name), .target = std::move(target), .module = std::move(module)};
    if (plan.target) plan.before = TRY(status_of(session, *plan.target));
    const bool empty = !plan.before || !plan.before->module_hash;
    plan.mode = mode_of(choices.mode, empty);
    plan.argument = TRY(argument_of(plan, choices.arguments));
    plan.waits_for_answers = choices.waits_for_answers;
    if (plan.mode != InstallMode::upgrade) return plan;
    plan.persistence = choices.persistence;
    plan.skip_pre_upgrade = choices.skip_pre_upgrade;
    const bool both =
        !empty && plan.before->enhanced_persistence && plan.module.info.enhanced_persistence;
    if (!plan.persistence && both) {
        plan.persistence = WasmMemoryPersistence::keep;
        context.terminal.note(fmt::format(
            "{}: both modules have enhanced orthogonal persistence, so the heap is kept "
            "(--wasm-memory-persistence keep)",
            plan.target->name));
    }
    if (!plan.persistence && would_lose_heap(plan))
        return std::unexpected(refuse_loss_of_heap(context, session, plan));
    return plan;
}

// ---- Doing -------------------------------------------------------------------------------------

namespace {

/// Exit 21 for an upgrade that was tried; a canister that cannot be upgraded at all is a reject.
int exit_of(const Plan& plan, const replica::Failure& failure, int otherwise) {
    using enum replica::ErrorCode;
    if (plan.mode != InstallMode::upgrade || failure.kind != replica::Failure::Kind::reject)
        return otherwise;
    switch (failure.reject.error) {
        case canister_wasm_module_not_found:
        case canister_not_found:
        case canister_invalid_controller: return otherwise;
        default: return exit_code::upgrade;
    }
}

Problem installation_problem(const replica::Failure& failure, const Plan& plan) {
    const Target target = plan.target.value_or(Target{{}, plan.name, plan.name});
    const bool upgrade = plan.mode == InstallMode::upgrade;
    Deed deed{target.name, target.who, upgrade ? "the upgrade" : "the installation",
              state_after_failure(plan, target),
              upgrade ? "was not upgraded" : "was not installed"};
    if (failure.stage == "canister_pre_upgrade" && plan.before && plan.before->module_hash)
        deed.next.push_back(
            fmt::format("icvm upgrade {} {} --skip-pre-upgrade   loses what that hook would save",
                        target.name, shell_word(plan.module.path)));
    else if (failure.stage.empty() && would_lose_heap(plan))
        deed.next.push_back(replacement(plan, target));
    else
        deed.next.push_back(
            fmt::format("icvm {} {} FIXED.wasm", upgrade ? "upgrade" : "install", target.name));
    Problem problem = problem_of(failure, deed);
    problem.diagnostic.exit_code = exit_of(plan, failure, problem.diagnostic.exit_code);
    return problem;
}

Done confirm_loss(Context& context, const Plan& plan, const Target& target) {
    const bool has_data = plan.before && plan.before->module_hash;
    if (plan.mode == InstallMode::reinstall && has_data) {
        const std::string loss = fmt::format(
            "reinstall erases all data of {}: a heap of {} bytes, stable memory of {} bytes",
            target.who, grouped(plan.before->heap_bytes), grouped(plan.before->stable_bytes));
        context.terminal.warning(loss);
        return confirm(context, "erase it?");
    }
    if (has_data && plan.before->enhanced_persistence &&
        plan.persistence == WasmMemoryPersistence::replace) {
        context.terminal.warning(fmt::format("replace erases the heap of {}: {} bytes", target.who,
                                             grouped(plan.before->heap_bytes)));
        return confirm(context, "erase it?");
    }
    return {};
}

std::string success_text(const Plan& plan, const Target& target, const replica::Receipt& receipt) {
    switch (plan.mode) {
        case InstallMode::install:
            return fmt::format("installed {} #{}", target.who, receipt.round);
        case InstallMode::reinstall:
            return fmt::format("reinstalled {} #{}", target.who, receipt.round);
        case InstallMode::upgrade: break;
    }
    const std::string before = short_hash(*plan.before->module_hash);
    return fmt::format("upgraded {} {} → {} #{}", target.who, before,
                       short_hash(plan.module.info.hash), receipt.round);
}

JsonObject success_json(const Plan& plan, const Target& target, const replica::Receipt& receipt) {
    constexpr std::string_view modes[] = {"install", "reinstall", "upgrade"};
    JsonObject hash;
    if (plan.before && plan.before->module_hash) hash.add("before", hex(*plan.before->module_hash));
    hash.add("after", hex(plan.module.info.hash));
    JsonObject json;
    json.add_json("canister", json_of(target));
    json.add("mode", modes[size_t(plan.mode)]);
    json.add("message", receipt.round);
    json.add("instructions", receipt.instructions);
    json.add_json("hash", hash.text());
    return json;
}

/// Into a canister that is created with it, when the plan has no target.
Result<Installed, replica::Failure> install(Context& context, Session& session, const Plan& plan) {
    if (plan.target) {
        auto receipt = session.replica.install_code(request_of(context, plan));
        if (!receipt) return std::unexpected(std::move(receipt.error()));
        return Installed{*plan.target, std::move(*receipt)};
    }
    auto created = session.replica.create_and_install(plan.name, request_of(context, plan));
    if (!created) return std::unexpected(std::move(created.error()));
    return Installed{target_of(session, created->id), std::move(created->receipt)};
}

/// The answer to a call that the old code has made would call a function of the new code.
Done wait_for_answers(Context& context, Session& session, const Plan& plan) {
    const bool has_code = plan.target && plan.before && plan.before->module_hash;
    if (!has_code || !plan.waits_for_answers) return {};
    const Target& target = *plan.target;
    if (TRY(let_calls_end(context, session, target))) return {};
    Problem problem{
        {exit_code::upgrade,
         {},
         fmt::format("{} waits for answers, which would reach the new code", target.who),
         {}}};
    problem.reason = problem.diagnostic.message;
    add_note(problem, "state", still_installed(plan, "unchanged"));
    add_note(problem, "next", "icvm status " + target.name + "   shows what it waits for");
    add_note(problem, "next",
             fmt::format("icvm {} {} {} --no-wait   lets the answers come to the new code",
                         plan.mode == InstallMode::upgrade ? "upgrade" : "install -m reinstall",
                         target.name, shell_word(plan.module.path)));
    return std::unexpected(std::move(problem));
}

}  // namespace

Result<Installed, Problem> execute(Context& context, Session& session, const Plan& plan) {
    if (plan.target)
        if (auto done = confirm_loss(context, plan, *plan.target); !done)
            return std::unexpected(std::move(done.error()));
    if (auto done = wait_for_answers(context, session, plan); !done)
        return std::unexpected(std::move(done.error()));
    context.progress.start("install " + plan.name);
    auto installed = install(context, session, plan);
    context.progress.clear();
    if (!installed) {
        if (plan.target) context.json.add_json("canister", json_of(*plan.target));
        return std::unexpected(installation_problem(installed.error(), plan));
    }
    context.terminal.log(installed->receipt.log);
    return std::move(*installed);
}

Result<JsonObject, Problem> carry_out(Context& context, Session& session, const Plan& plan) {
    if (plan.is_unchanged() && plan.mode == InstallMode::upgrade)
        context.terminal.note(fmt::format("{}: {} is the module that is installed already",
                                          plan.target->name, plan.module.path));
    const auto [target, receipt] = TRY(execute(context, session, plan));
    context.terminal.note(success_text(plan, target, receipt));
    context.terminal.detail(fmt::format("  {} instr, module {} of {} bytes",
                                        grouped(receipt.instructions), hex(plan.module.info.hash),
                                        grouped(plan.module.bytes().size())));
    return success_json(plan, target, receipt);
}

Result<std::vector<Plan>, Problem> plan_all(Context& context, Session& session,
                                            const InstallChoices& choices) {
    std::vector<Plan> plans;
    for (const auto& id : session.replica.canisters()) {
        const Target target = target_of(session, id);
        const auto status = TRY(status_of(session, target));
        if (status.module_path.empty()) {
            context.terminal.note(fmt::format("{}: no module file is remembered", target.who));
            continue;
        }
        const std::string path = path_from_remembered(context, status.module_path);
        auto module = read_module(path);
        if (!module) {
            Problem problem = std::move(module.error());
            add_state(problem, "unchanged: no canister was changed");
            problem.diagnostic.message = target.name + ": " + problem.diagnostic.message;
            return std::unexpected(std::move(problem));
        }
        if (choices.mode != ModeChoice::reinstall && status.module_hash == module->info.hash) {
            context.terminal.note(fmt::format("{}: {} has not changed", target.name, path));
            continue;
        }
        plans.push_back(TRY(
            plan_installation(context, session, target.name, target, std::move(*module), choices)));
    }
    return plans;
}

Done carry_out_all(Context& context, Session& session, const std::vector<Plan>& plans) {
    JsonArray json;
    const auto step = [&](size_t i) -> Done {
        json.add_json(TRY(carry_out(context, session, plans[i])).text());
        return {};
    };
    const auto name_of = [&](size_t i) { return plans[i].name; };
    auto done = in_order(context, plans.size(), name_of, step);
    context.json.add_json("canisters", json.text());
    return done;
}

}  // namespace icvm::cli
