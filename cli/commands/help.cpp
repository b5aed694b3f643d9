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

constexpr std::string_view http_topic = "http";
constexpr std::string_view http_help =
    R"(http: what HTTPS outcalls of canisters are answered with, as nothing leaves this machine

icvm call --http FILE CANISTER METHOD     also of run, await, tick, stop and upgrade

FILE holds requests, and what comes back:

  # the price, whatever it is today
  GET https://api.example.com/price?pair=ICP-USD
  => 200
  content-type: application/json

  {"price":"4.21"}

  ###
  POST https://api.example.com/orders/*
  authorization: Bearer 123

  {"amount":3}
  => 201
  < created.json

  ###
  GET https://down.example.com/
  => reject 2 Connecting to down.example.com failed

`###` ends an answer. A URL that ends in * is that of all that begin so. The headers and the body of
a request may be left out; those that stand there must be those of the request. `< FILE` is a body
with the bytes of a file beside this one. The first answer that fits counts; a request without any
is refused, and icvm says what to add.
)";

/// `icvm` alone is no command: the same help, but on standard error, and exit 2.
Done complain(const Context&) {
    Problem problem{{exit_code::usage, {}, "a command is needed", {}}};
    problem.reason = problem.diagnostic.message;
    add_note(problem, "next", "icvm help");
    add_note(problem, "next", "icvm FILE.wasm");
    return std::unexpected(std::move(problem));
}

Done show(Context& context, std::string text) {
    context.json.add("help", text);
    text.pop_back();
    context.terminal.result(text);
    return {};
}

}  // namespace

Done command_help(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.command.empty() && !invocation.has("help")) return complain(context);
    const std::string topic = invocation.command != "help"  ? invocation.command
                              : invocation.operands.empty() ? std::string()
                                                            : invocation.operands[0];
    const Command* command = topic.empty() ? nullptr : find_command(topic);
    if (topic == http_topic) return show(context, std::string(http_help));
    if (!topic.empty() && command == nullptr)
        return std::unexpected(usage_problem(fmt::format("there is no command `{}`", topic)));
    return show(context, command == nullptr ? program_help() : command_help_text(*command));
}

}  // namespace icvm::cli
