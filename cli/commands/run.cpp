#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "cli/calling.hpp"
#include "cli/command.hpp"
#include "cli/installation.hpp"
#include "cli/interruption.hpp"
#include "cli/number.hpp"
#include "cli/spelling.hpp"

namespace icvm::cli {
namespace {

struct Step {
    std::string method;
    std::optional<std::string> arguments;
};

/// METHOD [ARGS] …: what begins with a parenthesis is the arguments of the method before it.
Result<std::vector<Step>, Problem> read_steps(const Invocation& invocation) {
    std::vector<Step> steps;
    for (size_t i = 1; i < invocation.operands.size(); i++) {
        const std::string& word = invocation.operands[i];
        if (!word.starts_with('(')) {
            steps.push_back({word, std::nullopt});
        } else if (!steps.empty() && !steps.back().arguments) {
            steps.back().arguments = word;
        } else {
            return std::unexpected(
                usage_problem(fmt::format("`{}` are arguments without a method before them", word),
                              invocation.command));
        }
    }
    return steps;
}

/// `icvm FILE.wasm`: what it is, and what to try.
Done describe(Context& context, const ModuleFile& module) {
    Terminal& terminal = context.terminal;
    const auto lines = method_lines(module.info, module.service);
    terminal.result(fmt::format("{}  {}", module.path, summary_of(module.info)));
    for (const std::string& line : lines) terminal.result(line);
    context.json.add("hash", hex(module.info.hash));
    context.json.add("compiler", module.info.compiler);
    context.json.add_json("methods", methods_json(module.info, module.service));
    if (!module.info.refusal.empty()) {
        context.json.add("refusal", module.info.refusal);
        terminal.note(fmt::format("no canister can be made of it: {}", module.info.refusal));
        terminal.note(fmt::format("try: icvm wasm {}", shell_word(module.path)));
    } else if (lines.empty()) {
        terminal.note("it exports no methods");
        terminal.note(fmt::format("try: icvm wasm {}", shell_word(module.path)));
    } else {
        const std::string methods = methods_to_try(module.info, module.service);
        terminal.note(fmt::format("try: icvm run {} {}", shell_word(module.path),
                                  methods.empty() ? "METHOD '(ARGS)'" : methods));
    }
    return {};
}

Problem no_such_file(const Invocation& invocation, Problem problem) {
    const std::string& word = invocation.operands[0];
    if (!is_module_name(word) && access(word.c_str(), F_OK) != 0)
        add_note(problem, "next",
                 fmt::format("icvm call {} METHOD   for an installed canister", word));
    return problem;
}

/// Without -s, in memory and fresh; with it, the state of that directory is used and kept.
Result<Session, Problem> session_of(Context& context) {
    if (!context.invocation.has("state")) {
        context.globals.state = ":memory:";
        return open_session_in_memory(context);
    }
    return open_session(context, StateUse::create);
}

/// The name of the canister in the state: that of the file, when it can be one.
std::string name_of(const std::string& path) {
    const std::string name = module_stem(path.substr(path.rfind('/') + 1));
    return check_name(name) ? name : "canister";
}

/// Installs unless the same module is there.
Result<Target, Problem> set_up(Context& context, Session& session, const ModuleFile& module,
                               const std::string& name) {
    InstallChoices choices;
    choices.arguments.candid = context.invocation.value("init");
    const Plan plan = TRY(plan_installation(
        context, session, name, TRY(look_for_canister(context, session, name)), module, choices));
    if (plan.is_unchanged()) return *plan.target;
    return TRY(execute(context, session, plan)).target;
}

/// All arguments are read before anything runs.
Result<std::vector<CanisterCall>, Problem> read_calls(const std::vector<Step>& steps,
                                                      const ModuleFile& module) {
    std::vector<CanisterCall> calls;
    for (const Step& step : steps) {
        const bool known = module.service != nullptr &&
                           replica::candid::find_method(*module.service, step.method).has_value();
        ByteVector argument = TRY(
            encode(step.arguments.value_or("()"), known ? module.service : nullptr, &step.method));
        calls.push_back({{}, step.method, std::move(argument), is_query(module.info, step.method)});
    }
    return calls;
}

struct Totals {
    u64 calls = 0;
    u64 instructions = 0;
    JsonArray replies;
};

/// What comes next for a canister of a state is of no use when its state is in memory.
Problem without_commands(Problem problem, const ModuleFile& module) {
    std::erase_if(problem.diagnostic.notes,
                  [](const auto& note) { return note.starts_with("next "); });
    if (problem.diagnostic.code ==
        replica::to_string(replica::ErrorCode::canister_method_not_found))
        add_note(problem, "next", "icvm " + shell_word(module.path));
    return problem;
}

Done call_all(Context& context, Session& session, const ModuleFile& module,
              const std::vector<CanisterCall>& calls, ReplyFormat format, Totals& totals) {
    for (const CanisterCall& call : calls) {
        if (interrupted())
            return std::unexpected(interrupted_problem("interrupted before " + call.method, {}));
        auto reply = perform(context, session, call, &module.info);
        if (!reply) return std::unexpected(without_commands(std::move(reply.error()), module));
        totals.calls++;
        totals.instructions += reply->receipt.instructions;
        totals.replies.add_json(reply_json(reply->bytes, module.service, call.method));
        if (auto done = print_reply(context, reply->bytes, module.service, call.method, format);
            !done)
            return done;
    }
    return {};
}

std::string summary_line(const std::string& name, const Totals& totals,
                         std::chrono::steady_clock::duration time, bool with_time) {
    std::string text = fmt::format("{}: {} call{}, {} instr", name, totals.calls,
                                   totals.calls == 1 ? "" : "s", grouped(totals.instructions));
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (with_time) text += fmt::format(", {} ms", milliseconds);
    return text;
}

}  // namespace

Done command_run(Context& context) {
    const auto started = std::chrono::steady_clock::now();
    const Invocation& invocation = context.invocation;
    if (invocation.operands.empty())
        return std::unexpected(usage_problem("which module?", invocation.command));
    const auto steps = TRY(read_steps(invocation));
    const ReplyFormat format = TRY(read_reply_format(invocation));
    auto module = read_module(invocation.operands[0]);
    if (!module) return std::unexpected(no_such_file(invocation, std::move(module.error())));
    if (steps.empty()) return describe(context, *module);
    if (auto done = check_canister(*module); !done) return done;
    auto calls = TRY(read_calls(steps, *module));

    Session session = TRY(session_of(context));
    auto installed = set_up(context, session, *module, name_of(module->path));
    if (!installed) {
        add_places(installed.error(), module->source);
        return std::unexpected(std::move(installed.error()));
    }
    const Target target = std::move(*installed);
    for (CanisterCall& call : calls) call.target = target;
    Totals totals;
    auto done = call_all(context, session, *module, calls, format, totals);
    context.json.add_json("canister", json_of(target));
    context.json.add_json("replies", totals.replies.text());
    context.json.add("instructions", totals.instructions);
    if (!done) {
        add_places(done.error(), module->source);
        return done;
    }
    const auto time = std::chrono::steady_clock::now() - started;
    context.terminal.note(summary_line(target.name, totals, time, context.terminal.is_verbose()));
    return {};
}

}  // namespace icvm::cli
