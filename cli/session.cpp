#include "cli/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/http_answers.hpp"
#include "cli/interruption.hpp"
#include "cli/spelling.hpp"

namespace icvm::cli {
namespace {

constexpr u32 lock_wait_ms = 10'000;
constexpr const char* in_memory = ":memory:";
/// What a state directory holds (docs/state-format.md): it is one when the first is there.
constexpr const char* state_files[] = {"log", "log.new", "lock"};

Problem no_state(const std::string& path) {
    Problem problem{{exit_code::state, {}, fmt::format("there is no state in {}", path), {}}};
    problem.reason = problem.diagnostic.message;
    add_note(problem, "next", "icvm install NAME FILE.wasm");
    return problem;
}

Done set_caller(const Context& context, replica::Replica& replica) {
    const auto caller = context.invocation.value("as");
    if (!caller) return {};
    if (*caller == "anonymous") {
        replica.set_caller(replica::Principal::anonymous());
        return {};
    }
    auto principal = replica.find_by_name(*caller);
    if (!principal) principal = replica::Principal::from_text(*caller);
    if (!principal)
        return std::unexpected(usage_problem(
            fmt::format("--as is a principal, anonymous or a canister's name, not `{}`", *caller),
            context.invocation.command));
    replica.set_caller(*principal);
    return {};
}

/// A state counts as it was created; an option cannot change that.
Done check_metering(const Context& context, const replica::Replica& replica) {
    const vm::CostVersion* wanted = context.globals.metering;
    if (!wanted || wanted == &replica.metering()) return {};
    Problem problem = usage_problem(
        fmt::format("this state counts instructions by metering {}, as it was created, not by {}",
                    replica.metering().name, wanted->name));
    add_note(problem, "next", "leave out --metering, or take another state: -s DIR");
    return std::unexpected(std::move(problem));
}

/// Nor can one change how it charges.
Done check_cycles(const Context& context, const replica::Replica& replica) {
    const std::string& wanted = context.globals.cycles;
    if (wanted.empty() || wanted == replica.schedule().name) return {};
    Problem problem = usage_problem(
        fmt::format("this state charges cycles by the schedule {}, as it was created, not by {}",
                    replica.schedule().name, wanted));
    add_note(problem, "next", "leave out --cycles, or take another state: -s DIR");
    return std::unexpected(std::move(problem));
}

Result<Session, Problem> open_on(Context& context, std::unique_ptr<replica::Storage> storage) {
    replica::Options options;
    options.guard = context.globals.guard;
    options.metering = context.globals.metering;
    options.cycles = context.globals.cycles;
    options.progress = [&context](u64 instructions, u64 limit) {
        return context.progress.advance(instructions, limit);
    };
    auto replica = replica::Replica::open(std::move(storage), std::move(options));
    if (!replica)
        return std::unexpected(
            problem_of(replica.error(),
                       {context.globals.state, context.globals.state, "opening", "unchanged"}));
    TRY(check_metering(context, *replica));
    TRY(check_cycles(context, *replica));
    TRY(set_caller(context, *replica));
    TRY(give_http_answers(context, *replica));
    return Session{std::move(*replica)};
}

}  // namespace

bool state_exists(const Context& context) {
    const std::string log = context.globals.state + "/" + state_files[0];
    return access(log.c_str(), F_OK) == 0;
}

Result<Session, Problem> open_session_in_memory(Context& context) {
    return open_on(context, replica::open_memory());
}

Result<Session, Problem> open_session(Context& context, StateUse use) {
    const std::string& path = context.globals.state;
    if (path == in_memory) return open_session_in_memory(context);
    if (use == StateUse::existing && !state_exists(context)) return std::unexpected(no_state(path));
    end_at_interrupt(true);  // while another process has the lock
    auto storage = replica::open_directory(path, lock_wait_ms);
    end_at_interrupt(false);
    if (!storage) return std::unexpected(storage_problem(storage.error()));
    return open_on(context, std::move(*storage));
}

Done erase_state(Context& context) {
    const std::string& path = context.globals.state;
    if (path == in_memory || !state_exists(context)) return {};
    // While it is open nobody else is at work on it.
    auto session = open_session(context, StateUse::existing);
    if (!session) return std::unexpected(std::move(session.error()));
    for (const char* file : state_files) {
        const std::string name = path + "/" + file;
        if (unlink(name.c_str()) != 0 && errno != ENOENT)
            return std::unexpected(storage_problem(
                {fmt::format("cannot erase {}: {}", name, std::strerror(errno)), {}}));
    }
    rmdir(path.c_str());  // stays when there is something else in it
    return {};
}

Target target_of(const Session& session, const replica::Principal& id) {
    const auto status = session.replica.canister_status(id);
    const std::string text = id.text();
    if (!status || status->name.empty()) return {id, text, text};
    return {id, status->name, fmt::format("{} ({})", status->name, text)};
}

namespace {

std::optional<replica::Principal> find_by_module(const Context& context, const Session& session,
                                                 const std::string& path) {
    const std::string remembered = remembered_path(context, path);
    for (const auto& id : session.replica.canisters()) {
        const auto status = session.replica.canister_status(id);
        if (status && !status->module_path.empty() && status->module_path == remembered) return id;
    }
    return std::nullopt;
}

Problem no_canister(const Session& session, const std::string& word) {
    std::vector<std::string> names;
    for (const auto& id : session.replica.canisters()) names.push_back(target_of(session, id).name);
    std::vector<std::string_view> views(names.begin(), names.end());
    Problem problem{{exit_code::reject_base + int(replica::RejectCode::destination_invalid),
                     replica::to_string(replica::ErrorCode::canister_not_found),
                     fmt::format("Canister {} not found", word),
                     {}}};
    problem.reason = problem.diagnostic.message;
    problem.reject_code = u8(replica::RejectCode::destination_invalid);
    if (const auto near = nearest(word, views))
        problem.diagnostic.message += fmt::format("; did you mean `{}`?", *near);
    add_note(problem, "state", "unchanged");
    add_note(problem, "next", names.empty() ? "icvm install NAME FILE.wasm" : "icvm ls");
    return problem;
}

}  // namespace

Result<std::optional<Target>, Problem> look_for_canister(Context& context, const Session& session,
                                                         const std::string& word) {
    if (const auto id = session.replica.find_by_name(word)) return target_of(session, *id);
    if (is_module_name(word)) {
        if (const auto id = find_by_module(context, session, word)) return target_of(session, *id);
        return std::nullopt;
    }
    const auto id = replica::Principal::from_text(word);
    if (!id) return std::nullopt;
    const auto all = session.replica.canisters();
    if (std::ranges::find(all, *id) == all.end()) return std::nullopt;
    return target_of(session, *id);
}

Result<Target, Problem> find_canister(Context& context, const Session& session,
                                      const std::string& word) {
    auto target = TRY(look_for_canister(context, session, word));
    if (!target) return std::unexpected(no_canister(session, word));
    return std::move(*target);
}

Result<std::vector<Target>, Problem> find_canisters(Context& context, const Session& session) {
    const auto& operands = context.invocation.operands;
    std::vector<Target> targets;
    if (context.invocation.has("all")) {
        if (!operands.empty())
            return std::unexpected(
                usage_problem("either CANISTER or --all", context.invocation.command));
        for (const auto& id : session.replica.canisters())
            targets.push_back(target_of(session, id));
        return targets;
    }
    if (operands.empty())
        return std::unexpected(usage_problem("which canister?", context.invocation.command));
    for (const std::string& word : operands)
        targets.push_back(TRY(find_canister(context, session, word)));
    return targets;
}

Result<replica::CanisterStatus, Problem> status_of(const Session& session, const Target& target) {
    auto status = session.replica.canister_status(target.id);
    if (!status)
        return std::unexpected(
            problem_of(status.error(), {target.name, target.who, "canister_status", "unchanged"}));
    return std::move(*status);
}

std::string json_of(const Target& target) {
    JsonObject json;
    json.add("id", target.id.text());
    json.add("name", target.name);
    return json.text();
}

Done check_name(const std::string& name) {
    constexpr size_t name_max = 64;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    if (replica::Principal::from_text(name))
        return std::unexpected(usage_problem(fmt::format(
            "{} is a principal: a new canister is given a name, and gets its id from icvm", name)));
    if (name.empty() || name.size() > name_max || !std::ranges::all_of(name, fits) ||
        name.front() == '-' || name.front() == '.' || is_module_name(name))
        return std::unexpected(usage_problem(fmt::format(
            "`{}` cannot be the name of a canister: letters, digits, `_`, `-` and `.`, {} at most",
            name, name_max)));
    return {};
}

namespace {

/// The folder that holds the state directory, absolute.
std::filesystem::path folder_of(const Context& context) {
    std::filesystem::path state = std::filesystem::absolute(context.globals.state);
    state = state.lexically_normal();
    if (!state.has_filename()) state = state.parent_path();
    return state.parent_path();
}

}  // namespace

std::string remembered_path(const Context& context, const std::string& path) {
    if (context.globals.state == in_memory || path == "-") return {};
    const auto absolute = std::filesystem::absolute(path).lexically_normal();
    return absolute.lexically_relative(folder_of(context)).string();
}

std::string path_from_remembered(const Context& context, const std::string& remembered) {
    if (remembered.empty()) return {};
    const auto absolute = (folder_of(context) / remembered).lexically_normal();
    const auto here = absolute.lexically_relative(std::filesystem::current_path());
    const std::string near = here.string();
    return near.empty() || near.starts_with("../../..") ? absolute.string() : near;
}

}  // namespace icvm::cli
