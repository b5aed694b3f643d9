#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/problem.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {

/// A row of commands.def.
struct Option {
    std::string_view command;  ///< "": every command
    std::string_view names;    ///< "state,s"
    std::string_view value;    ///< "": a switch
    std::string_view help;     ///< "": accepted, not shown
    std::string_view long_name() const { return names.substr(0, names.find(',')); }
    /// 0 when there is none.
    char short_name() const { return long_name() == names ? '\0' : names.back(); }
    bool fits(std::string_view other) const { return command.empty() || command == other; }
};

/// In the order of commands.def.
std::span<const Option> options();

/// A command line, parsed.
struct Invocation {
    std::string command;                ///< our name of it; "" when none was given
    std::vector<std::string> operands;  ///< what is no option, in order
    std::vector<std::pair<std::string, std::string>> options;  ///< long name, value

    bool has(std::string_view option) const { return value(option).has_value(); }
    /// The last one given counts.
    std::optional<std::string> value(std::string_view option) const;
};

/// Reads `words` by the table: options may stand anywhere, nothing is abbreviated, `--` ends them,
/// and a negative number is no option. dfx's and icp's spellings are translated first.
Result<Invocation, Problem> parse(std::span<const std::string> words);

/// The options that every command has, checked.
struct Globals {
    std::string state = ".icvm";
    TerminalOptions terminal;
    ProgressKind progress = ProgressKind::automatic;
    bool guard = true;
    const vm::CostVersion* metering = nullptr;  ///< of a new state; nullptr: not said
    std::string cycles;  ///< name of the cost schedule of a new state; empty: not said
};
Result<Globals, Problem> read_globals(const Invocation& invocation);

/// The candidate that a mistyped word is nearest to, if it is near.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

}  // namespace icvm::cli
