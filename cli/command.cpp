#include "cli/command.hpp"

#include <fmt/format.h>

#include <cstring>
#include <exception>

#include "cli/session.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {
namespace {

constexpr Command command_rows[] = {
#define COMMAND(function, name, effect, synopsis, help) \
    {name, Effect::effect, synopsis, help, command_##function},
#include "cli/commands.def"
};

struct Alias {
    std::string_view spelling, command;
};
constexpr Alias aliases[] = {
#define ALIAS(spelling, command) {spelling, command},
#include "cli/commands.def"
};

/// Options of other tools that change nothing here. A network that is not this machine is refused.
Done consider_foreign_options(Context& context) {
    const Invocation& invocation = context.invocation;
    const auto refuses = [](const std::string& network) {
        return network == "ic" || network == "mainnet" || network == "playground" ||
               network.find("://") != std::string::npos;
    };
    for (const auto& [name, value] : invocation.options) {
        const bool network = name == "network" || name == "environment";
        if ((network && refuses(value)) || name == "ic" || name == "playground")
            return std::unexpected(
                usage_problem("icvm never uses a network: everything happens in the state on this "
                              "machine"));
        for (const Option& option : options()) {
            if (option.long_name() != name || !option.help.empty() || name.starts_with("arg") ||
                name == "type")
                continue;
            context.terminal.detail(fmt::format("--{} is not needed and changes nothing", name));
            break;
        }
    }
    return {};
}

Done run_checked(Context& context) {
    if (context.invocation.has("version")) return command_version(context);
    if (context.invocation.has("help") || context.invocation.command.empty())
        return command_help(context);
    if (auto done = consider_foreign_options(context); !done) return done;
    // First of all: from then on code is made for memories with guard pages.
    if (context.globals.guard) vm::install_fault_handler();
    return find_command(context.invocation.command)->function(context);
}

/// No exception leaves: of the libraries below us, or for want of memory.
Done run_caught(Context& context) {
    try {
        return run_checked(context);
    } catch (const std::exception& error) {
        Problem problem{
            {exit_code::internal, {}, fmt::format("internal error: {}", error.what()), {}}};
        problem.reason = problem.diagnostic.message;
        return std::unexpected(std::move(problem));
    }
}

std::string json_result(const Context& context, const Done& done) {
    JsonObject object;
    const int exit = done ? exit_code::ok : done.error().diagnostic.exit_code;
    object.add("icvm", u64(1));
    object.add("cmd", context.invocation.command);
    object.add("ok", done.has_value());
    object.add("exit", u64(exit));
    std::string text = "{" + object.members();
    if (!context.json.empty()) text += "," + context.json.members();
    if (!done) text += ",\"error\":" + json_of(done.error());
    return text + "}";
}

bool changes_state(const Context& context) {
    const Command* command = find_command(context.invocation.command);
    return command != nullptr && command->effect == Effect::changes;
}

/// Whoever asked for a change is told what became of the state.
Done with_state_note(const Context& context, Done done) {
    if (done || !changes_state(context)) return done;
    if (done.error().diagnostic.exit_code != exit_code::usage) add_state(done.error(), "unchanged");
    return done;
}

int finish(Context& context, Done outcome) {
    context.progress.clear();
    const Done done = with_state_note(context, std::move(outcome));
    if (!done) {
        const Problem& problem = done.error();
        // Without a message: the result has said it.
        if (!problem.diagnostic.message.empty()) context.terminal.problem(problem);
        const Command* command = find_command(context.invocation.command);
        if (problem.diagnostic.exit_code == exit_code::usage && command != nullptr)
            context.terminal.usage(usage_line(*command));
    }
    if (context.terminal.is_json()) context.terminal.json(json_result(context, done));
    const int error = context.terminal.output_error();
    if (error != 0 && error != EPIPE) {
        Problem problem = storage_problem(
            {fmt::format("cannot write to standard output: {}", std::strerror(error)), {}});
        if (done && changes_state(context)) add_state(problem, "the command itself was done");
        context.terminal.problem(problem);
    }
    if (!done) return done.error().diagnostic.exit_code;
    return error == 0 ? exit_code::ok : exit_code::state;
}

/// The command line itself is wrong: nothing is known but whether JSON was asked for.
int finish_unparsed(std::span<const std::string> words, Problem problem) {
    TerminalOptions options;
    for (const std::string& word : words) options.json |= word == "--json" || word == "-j";
    Context context{{}, Terminal(options), ProgressLine(ProgressKind::none, true)};
    for (const std::string& word : words) {
        if (const Command* command = find_command(word)) {
            context.invocation.command = command->name;
            break;
        }
    }
    return finish(context, std::unexpected(std::move(problem)));
}

}  // namespace

std::span<const Command> commands() { return command_rows; }

const Command* find_command(std::string_view name) {
    for (const Alias& alias : aliases)
        if (alias.spelling == name) name = alias.command;
    for (const Command& command : command_rows)
        if (command.name == name) return &command;
    return nullptr;
}

std::string usage_line(const Command& command) {
    return fmt::format("usage: icvm {}{}{}", command.name, command.synopsis.empty() ? "" : " ",
                       command.synopsis);
}

int run_command_line(std::span<const std::string> words) {
    auto invocation = parse(words);
    if (!invocation) return finish_unparsed(words, std::move(invocation.error()));
    auto globals = read_globals(*invocation);
    if (!globals) return finish_unparsed(words, std::move(globals.error()));
    Context context{std::move(*invocation), Terminal(globals->terminal),
                    ProgressLine(globals->progress, globals->terminal.quiet)};
    context.globals = std::move(*globals);
    return finish(context, run_caught(context));
}

}  // namespace icvm::cli
