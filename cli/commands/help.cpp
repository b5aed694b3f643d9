#include <fmt/format.h>

#include "cli/command.hpp"

namespace icvm::cli {
namespace {

std::string option_line(const Option& option) {
    const char letter = option.short_name();
    std::string text = letter == 0 ? "      " : fmt::format("  -{}, ", letter);
    text +=
        fmt::format("--{}{}{}", option.long_name(), option.value.empty() ? "" : " ", option.value);
    return fmt::format("{:<36} {}\n", text, option.help);
}

std::string option_lines(std::string_view command) {
    std::string text;
    for (const Option& option : options())
        if (option.command == command && !option.help.empty()) text += option_line(option);
    return text;
}

std::string program_help() {
    std::string text =
        "icvm: the Internet Computer in one small program\n\n"
        "usage: icvm [OPTIONS] COMMAND [ARGS]\n"
        "       icvm FILE.wasm [METHOD [ARGS]]...\n\n"
        "commands:\n";
    for (const Command& command : commands())
        text += fmt::format("  {:<10} {}\n", command.name, command.help);
    text += "\noptions of every command:\n" + option_lines("");
    text +=
        "\nexit codes: 0 done, 1 internal error, 2 usage, 3 state directory, 4 file or arguments,\n"
        "  5 trap of `icvm wasm`, 11-16 reject code 1-6, 21 upgrade failed and rolled back,\n"
        "  124 no answer yet, 130 interrupted and rolled back\n"
        "\nthe words of dfx and icp are understood, too: icvm canister install NAME --mode "
        "upgrade\n"
        "\ntry: icvm help upgrade\n";
    return text;
}

std::string command_help_text(const Command& command) {
    std::string text =
        fmt::format("{}: {}\n\n{}\n", command.name, command.help, usage_line(command));
    const std::string own = option_lines(command.name);
    if (!own.empty()) text += "\noptions:\n" + own;
    return text + "\nicvm help lists the options of every command\n";
}

/// `icvm` alone is no command: the same help, but on standard error, and exit 2.
Done complain(const Context&) {
    Problem problem{{exit_code::usage, {}, "a command is needed", {}}};
    problem.reason = problem.diagnostic.message;
    add_note(problem, "next", "icvm help");
    add_note(problem, "next", "icvm FILE.wasm");
    return std::unexpected(std::move(problem));
}

}  // namespace

Done command_help(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.command.empty() && !invocation.has("help")) return complain(context);
    const std::string topic = invocation.command != "help"  ? invocation.command
                              : invocation.operands.empty() ? std::string()
                                                            : invocation.operands[0];
    const Command* command = topic.empty() ? nullptr : find_command(topic);
    if (!topic.empty() && command == nullptr)
        return std::unexpected(usage_problem(fmt::format("there is no command `{}`", topic)));
    std::string text = command == nullptr ? program_help() : command_help_text(*command);
    context.json.add("help", text);
    text.pop_back();
    context.terminal.result(text);
    return {};
}

}  // namespace icvm::cli
