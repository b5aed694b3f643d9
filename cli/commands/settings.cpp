#include <fmt/format.h>

#include <algorithm>

#include "cli/command.hpp"
#include "cli/management.hpp"
#include "cli/number.hpp"
#include "cli/setting_value.hpp"
#include "cli/status_text.hpp"

namespace icvm::cli {
namespace {

using replica::Principal;
using replica::Settings;
using replica::Visibility;

constexpr std::string_view variable_prefix = "env.";

/// "key=value", "key+=value", "key-=value".
struct Assignment {
    std::string key;
    char operation = '=';  ///< or '+', '-'
    std::string value;
};

Result<Assignment, Problem> assignment_of(const std::string& word) {
    const size_t sign = word.find('=');
    if (sign == word.npos || sign == 0)
        return std::unexpected(
            usage_problem(fmt::format("`{}` sets nothing: KEY=VALUE does", word), "settings"));
    Assignment assignment{word.substr(0, sign), '=', word.substr(sign + 1)};
    const char last = assignment.key.back();
    if (last == '+' || (last == '-' && sign > 1)) {
        assignment.operation = last;
        assignment.key.pop_back();
    }
    return assignment;
}

/// Of the operands, then of the options: `--freezing-threshold 30d` is `freezing-threshold=30d`.
Result<std::vector<Assignment>, Problem> assignments_of(const Invocation& invocation) {
    std::vector<Assignment> all;
    for (size_t i = 1; i < invocation.operands.size(); i++)
        all.push_back(TRY(assignment_of(invocation.operands[i])));
    for (const auto& [name, value] : invocation.options) {
        if (name == "add-controller") all.push_back({"controllers", '+', value});
        if (name == "remove-controller") all.push_back({"controllers", '-', value});
#define SETTING(key, field, unit, help) \
    if (name == key) all.push_back({key, '=', value});
#include "cli/settings.def"
    }
    return all;
}

/// A change on its way: the settings as they shall be, and what update_settings is told.
struct Change {
    Context& context;
    const Session& session;
    Settings settings;
    bool has_variables = false;
    std::vector<std::pair<std::string_view, std::string>> fields{};  ///< name, Candid text

    Done apply(const Assignment& assignment);
    std::string argument(const Principal& id) const;

private:
    Problem bad_value(const Assignment& assignment, std::string_view wanted) const;
    void tell(std::string_view field, std::string value);
    template <class T>
    Done change(const Assignment& assignment, SettingUnit unit, std::string_view field, T& amount);
    Done change(const Assignment& assignment, SettingUnit unit, std::string_view field,
                std::vector<Principal>& principals);
    Done change(const Assignment& assignment, SettingUnit unit, std::string_view field,
                Visibility& visibility);
    Done change_list(const Assignment& assignment, std::vector<Principal>& principals);
    Done change_variable(const Assignment& assignment);
    Problem unknown_key(const std::string& key) const;
};

std::string candid_list(const std::vector<Principal>& principals) {
    std::string text = "vec {";
    for (const Principal& principal : principals) text += " " + candid_principal(principal) + ";";
    return text + " }";
}

Problem Change::bad_value(const Assignment& assignment, std::string_view wanted) const {
    return usage_problem(
        fmt::format("{} is {}, not `{}`", assignment.key, wanted, assignment.value),
        context.invocation.command);
}

/// The last one counts.
void Change::tell(std::string_view field, std::string value) {
    std::erase_if(fields, [&](const auto& told) { return told.first == field; });
    fields.emplace_back(field, std::move(value));
}

/// A number of any size: the replica says what its range is.
template <class T>
Done Change::change(const Assignment& assignment, SettingUnit unit, std::string_view field, T&) {
    constexpr std::string_view examples[] = {
        "", "a percentage", "a size, as 500MiB", "a duration, as 30d", "an amount of cycles, as 5T",
        ""};
    const auto amount = amount_from_text(unit, assignment.value);
    if (!amount || assignment.operation != '=')
        return std::unexpected(bad_value(assignment, examples[size_t(unit)]));
    tell(field, decimal(*amount) + " : nat");
    return {};
}

Done Change::change_list(const Assignment& assignment, std::vector<Principal>& principals) {
    const auto given = TRY(principals_from_text(context, session, assignment.value));
    if (assignment.operation == '=') principals.clear();
    for (const Principal& principal : given) {
        std::erase(principals, principal);
        if (assignment.operation != '-') principals.push_back(principal);
    }
    return {};
}

Done Change::change(const Assignment& assignment, SettingUnit, std::string_view field,
                    std::vector<Principal>& principals) {
    TRY(change_list(assignment, principals));
    tell(field, candid_list(principals));
    return {};
}

Done Change::change(const Assignment& assignment, SettingUnit, std::string_view field,
                    Visibility& visibility) {
    using Kind = Visibility::Kind;
    const std::string& value = assignment.value;
    if (value == "controllers" || value == "public") {
        visibility = {value == "public" ? Kind::everyone : Kind::controllers, {}};
        tell(field, "variant { " + value + " }");
        return {};
    }
    visibility.kind = Kind::allowed_viewers;
    TRY(change_list(assignment, visibility.viewers));
    tell(field, "variant { allowed_viewers = " + candid_list(visibility.viewers) + " }");
    return {};
}

/// env.NAME=VALUE, env-=NAME
Done Change::change_variable(const Assignment& assignment) {
    has_variables = true;
    auto& variables = settings.environment_variables;
    if (assignment.key == "env") {
        if (assignment.operation == '-' && variables.erase(assignment.value) == 1) return {};
        return std::unexpected(
            usage_problem(assignment.operation == '-'
                              ? fmt::format("there is no environment variable {}", assignment.value)
                              : std::string("env.NAME=VALUE sets a variable, env-=NAME removes it"),
                          context.invocation.command));
    }
    if (assignment.operation != '=') return std::unexpected(unknown_key(assignment.key));
    variables[assignment.key.substr(variable_prefix.size())] = assignment.value;
    return {};
}

Problem Change::unknown_key(const std::string& key) const {
    constexpr std::string_view keys[] = {
#define SETTING(key, field, unit, help) key,
#include "cli/settings.def"
    };
    std::string text = fmt::format("there is no setting `{}`", key);
    if (const auto near = nearest(key, keys)) text += fmt::format("; did you mean `{}`?", *near);
    return usage_problem(std::move(text), context.invocation.command);
}

Done Change::apply(const Assignment& assignment) {
    if (assignment.key == "env" || assignment.key.starts_with(variable_prefix))
        return change_variable(assignment);
#define SETTING(name, field, unit, help) \
    if (assignment.key == name)          \
        return change(assignment, SettingUnit::unit, #field, settings.field);
#include "cli/settings.def"
    return std::unexpected(unknown_key(assignment.key));
}

std::string Change::argument(const Principal& id) const {
    std::string text =
        fmt::format("(record {{ canister_id = {}; settings = record {{", candid_principal(id));
    for (const auto& [name, value] : fields) text += fmt::format(" {} = opt ({});", name, value);
    if (has_variables) {
        text += " environment_variables = opt (vec {";
        for (const auto& [name, value] : settings.environment_variables)
            text += fmt::format(" record {{ name = {}; value = {} }};", candid_text(name),
                                candid_text(value));
        text += " });";
    }
    return text + " } })";
}

/// What is shown of each: "key  value".
std::vector<std::pair<std::string, std::string>> values_of(const Settings& settings) {
    std::vector<std::pair<std::string, std::string>> values{
#define SETTING(key, field, unit, help) {key, setting_text(SettingUnit::unit, settings.field)},
#include "cli/settings.def"
    };
    for (const auto& [name, value] : settings.environment_variables)
        values.emplace_back(std::string(variable_prefix) + name, value);
    return values;
}

void show(Context& context, const Target& target, const Settings& settings) {
    context.terminal.result(target.who);
    for (const auto& [key, value] : values_of(settings))
        context.terminal.result(fmt::format("  {:<37}  {}", printable(key), printable(value)));
}

/// "key: before → after", a line for each that differs.
void tell_changes(Context& context, const Settings& before, const Settings& after) {
    const auto old_values = values_of(before), new_values = values_of(after);
    const auto find = [](const auto& values, const std::string& key) {
        const auto found =
            std::ranges::find(values, key, &std::pair<std::string, std::string>::first);
        return found == values.end() ? std::string("not set") : found->second;
    };
    for (const auto& [key, value] : old_values)
        if (find(new_values, key) != value)
            context.terminal.note(fmt::format("{}: {} → {}", key, value, find(new_values, key)));
    for (const auto& [key, value] : new_values)
        if (find(old_values, key) == "not set")
            context.terminal.note(fmt::format("{}: not set → {}", key, value));
}

Done change_settings(Context& context, Session& session, const Target& target,
                     const std::vector<Assignment>& assignments) {
    const Settings before = session.replica.canister(target.id)->settings;
    Change change{context, session, before};
    for (const Assignment& assignment : assignments) TRY(change.apply(assignment));
    TRY(perform(context, session, target,
                {"update_settings", change.argument(target.id), "keeps its settings"}));
    const Settings& after = session.replica.canister(target.id)->settings;
    tell_changes(context, before, after);
    if (after.controllers.empty() && !before.controllers.empty())
        context.terminal.note(
            fmt::format("nobody can change {} from now on: it has no controllers", target.who));
    if (after == before)
        context.terminal.note(fmt::format("{} has these settings already", target.who));
    return {};
}

}  // namespace

Done command_settings(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.empty())
        return std::unexpected(usage_problem("which canister?", invocation.command));
    const auto assignments = TRY(assignments_of(invocation));
    Session session = TRY(open_session(context, StateUse::existing));
    const Target target = TRY(find_canister(context, session, invocation.operands[0]));
    context.json.add_json("canister", json_of(target));
    if (!assignments.empty()) TRY(change_settings(context, session, target, assignments));
    const Settings& settings = session.replica.canister(target.id)->settings;
    if (assignments.empty()) show(context, target, settings);
    context.json.add_json("settings", json_of(settings));
    return {};
}

}  // namespace icvm::cli
