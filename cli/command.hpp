#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/json.hpp"
#include "cli/options.hpp"
#include "cli/problem.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"

namespace icvm::cli {

/// What a command works with.
struct Context {
    Invocation invocation;
    Terminal terminal;
    ProgressLine progress;
    Globals globals{};
    JsonObject json{};  ///< the members of the result, for --json
};

#define COMMAND(function, name, effect, synopsis, help) Done command_##function(Context& context);
#include "cli/commands.def"

enum class Effect : u8 { reads, changes };

struct Command {
    std::string_view name;
    Effect effect;
    std::string_view synopsis;
    std::string_view help;
    Done (*function)(Context&);
};

/// In the order of commands.def.
std::span<const Command> commands();
/// By its name or another tool's word for it; nullptr: there is none.
const Command* find_command(std::string_view name);
/// "usage: icvm call CANISTER METHOD [ARGS]"
std::string usage_line(const Command& command);

/// Runs one command line, without the program's name. Returns the exit code.
int run_command_line(std::span<const std::string> words);

}  // namespace icvm::cli
