#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <cstdlib>

#include "cli/command.hpp"
#include "cli/spelling.hpp"

namespace icvm::cli {
namespace {

namespace po = boost::program_options;

constexpr Option option_rows[] = {
#define OPTION(command, names, value, help) {command, names, value, help},
#include "cli/commands.def"
};

/// The key of what is no option: with a space, so that nobody types it.
constexpr const char* operand_key = "an operand";

/// "-5", "-0x1p3", "-.5", "-inf", "-nan": a value, not an option.
std::pair<std::string, std::string> negative_number(const std::string& word) {
    if (word.size() < 2 || word[0] != '-') return {};
    const bool number = (word[1] >= '0' && word[1] <= '9') || word[1] == '.' ||
                        word.starts_with("-inf") || word.starts_with("-nan");
    return number ? std::pair{std::string(operand_key), word}
                  : std::pair<std::string, std::string>{};
}

po::options_description description_of(std::string_view command) {
    po::options_description description;
    auto add = description.add_options();
    for (const Option& option : options()) {
        if (!option.fits(command)) continue;
        const std::string names(option.names);
        if (option.value.empty())
            add(names.c_str(), "");
        else
            add(names.c_str(), po::value<std::string>(), "");
    }
    add(operand_key, po::value<std::vector<std::string>>(), "");
    return description;
}

std::string unknown_option_text(const std::string& name, const std::string& command) {
    std::string text = fmt::format("unknown option {}", name);
    if (!command.empty()) text += fmt::format(" of `icvm {}`", command);
    std::vector<std::string_view> candidates;
    for (const Option& option : options())
        if (option.fits(command) && !option.help.empty()) candidates.push_back(option.long_name());
    const size_t start = std::min(name.find_first_not_of('-'), name.size());
    const auto near = nearest(name.substr(start), candidates);
    if (near) text += fmt::format("; did you mean `--{}`?", *near);
    return text;
}

Result<Invocation, Problem> parse_with_boost(std::vector<std::string> words, std::string command) {
    const po::options_description description = description_of(command);
    po::positional_options_description positional;
    positional.add(operand_key, -1);
    namespace style = po::command_line_style;
    const int styles = style::allow_long | style::allow_short | style::allow_dash_for_short |
                       style::long_allow_adjacent | style::long_allow_next |
                       style::short_allow_adjacent | style::short_allow_next | style::allow_sticky;
    Invocation invocation{std::move(command), {}, {}};
    try {
        const po::parsed_options parsed = po::command_line_parser(words)
                                              .options(description)
                                              .positional(positional)
                                              .style(styles)
                                              .extra_parser(negative_number)
                                              .run();
        for (const auto& option : parsed.options) {
            const std::string value = option.value.empty() ? std::string() : option.value[0];
            if (option.string_key == operand_key)
                invocation.operands.push_back(value);
            else
                invocation.options.emplace_back(option.string_key, value);
        }
    } catch (const po::unknown_option& error) {
        return std::unexpected(usage_problem(
            unknown_option_text(error.get_option_name(), invocation.command), invocation.command));
    } catch (const po::error& error) {
        return std::unexpected(usage_problem(error.what(), invocation.command));
    }
    return invocation;
}

template <class T, size_t count>
Result<T, Problem> choose(const Invocation& invocation, std::string_view option, T otherwise,
                          const std::array<std::pair<std::string_view, T>, count>& values) {
    const auto given = invocation.value(option);
    if (!given) return otherwise;
    std::string names;
    for (const auto& [name, value] : values) {
        if (name == *given) return value;
        names += names.empty() ? std::string(name) : fmt::format(", {}", name);
    }
    return std::unexpected(usage_problem(
        fmt::format("--{} is one of {}, not `{}`", option, names, *given), invocation.command));
}

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0' && std::string_view(value) != "0";
}

/// What a person may have heard of, and why it is not here.
constexpr std::pair<std::string_view, std::string_view> meterings_not_offered[] = {
    {"2026-07",
     "what mainnet has charged since then for the first touch of a page is known from descriptions "
     "only, and a count is exact here"},
};

Result<const vm::CostVersion*, Problem> choose_metering(const Invocation& invocation) {
    const auto given = invocation.value("metering");
    if (!given) return nullptr;
    if (const auto* found = vm::find_cost_version(*given)) return found;
    std::string known;
    for (const vm::CostVersion& version : vm::cost_versions())
        known += fmt::format("{}{}", known.empty() ? "" : ", ", version.name);
    for (const auto& [name, why] : meterings_not_offered) {
        if (name != *given) continue;
        Problem problem = usage_problem(fmt::format("metering {} is not offered: {}", name, why));
        add_note(problem, "next",
                 fmt::format("--metering {}, the default", vm::default_costs().name));
        return std::unexpected(std::move(problem));
    }
    return std::unexpected(usage_problem(
        fmt::format("there is no metering `{}`; known: {}", *given, known), invocation.command));
}

Result<std::string, Problem> choose_cycles(const Invocation& invocation) {
    const auto given = invocation.value("cycles");
    if (!given) return std::string();
    if (replica::find_cost_schedule(*given)) return *given;
    std::string known;
    for (const replica::CostSchedule& schedule : replica::cost_schedules)
        known += fmt::format("{}{}", known.empty() ? "" : ", ", schedule.name);
    return std::unexpected(usage_problem(
        fmt::format("--cycles is one of {}, not `{}`", known, *given), invocation.command));
}

}  // namespace

std::span<const Option> options() { return option_rows; }

std::optional<std::string> Invocation::value(std::string_view option) const {
    for (auto it = options.rbegin(); it != options.rend(); ++it)
        if (it->first == option) return it->second;
    return std::nullopt;
}

Result<Invocation, Problem> parse(std::span<const std::string> given) {
    std::vector<std::string> words(given.begin(), given.end());
    std::string command = TRY(take_command(words));
    return parse_with_boost(std::move(words), std::move(command));
}

Result<Globals, Problem> read_globals(const Invocation& invocation) {
    Globals globals;
    if (const auto state = invocation.value("state")) globals.state = *state;
    if (globals.state.empty())
        return std::unexpected(usage_problem("--state is the name of a directory or :memory:"));
    globals.terminal.json = invocation.has("json");
    globals.terminal.quiet = invocation.has("quiet");
    globals.terminal.verbose = invocation.has("verbose");
    globals.terminal.yes = invocation.has("yes");
    using Color = std::pair<std::string_view, When>;
    globals.terminal.color =
        TRY(choose(invocation, "color", When::automatic,
                   std::array{Color{"auto", When::automatic}, Color{"always", When::always},
                              Color{"never", When::never}}));
    using Kind = std::pair<std::string_view, ProgressKind>;
    globals.progress = TRY(
        choose(invocation, "progress", ProgressKind::automatic,
               std::array{Kind{"auto", ProgressKind::automatic}, Kind{"bar", ProgressKind::bar},
                          Kind{"plain", ProgressKind::plain}, Kind{"none", ProgressKind::none}}));
    globals.metering = TRY(choose_metering(invocation));
    globals.cycles = TRY(choose_cycles(invocation));
    globals.guard = !invocation.has("no-guard") && !is_set("ICVM_NO_GUARD");
    return globals;
}

namespace {

/// Edits from one word to the other: insert, delete, replace, swap of neighbours.
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); j++) last[j] = j;
    for (size_t i = 1; i <= a.size(); i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); j++) {
            const size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({row[j - 1] + 1, last[j] + 1, change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = row;
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
    constexpr size_t word_max = 40;
    if (word.size() > word_max) return std::nullopt;
    std::optional<std::string_view> best;
    size_t best_distance = word.size() <= 3 ? 2 : 3;  // one more than what counts as near
    for (const std::string_view candidate : candidates) {
        const size_t edits = distance(word, candidate);
        if (edits < best_distance && edits < candidate.size()) {
            best_distance = edits;
            best = candidate;
        }
    }
    return best;
}

}  // namespace icvm::cli
