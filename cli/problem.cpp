#include "cli/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/json.hpp"
#include "cli/number.hpp"

namespace icvm::cli {
namespace {

constexpr size_t frames_shown = 12;

/// "trapped in inc": what the canister did, by the code of the reject.
std::string deed_text(replica::ErrorCode code, const std::string& what) {
    using enum replica::ErrorCode;
    switch (code) {
        case canister_trapped:
        case canister_called_trap: return "trapped in " + what;
        case canister_contract_violation: return "violated the contract in " + what;
        case canister_invalid_wasm: return "cannot run this module";
        case canister_did_not_reply: return "did not reply in " + what;
        case canister_out_of_memory:
        case canister_wasm_memory_limit_exceeded: return "ran out of memory in " + what;
        case canister_instruction_limit_exceeded: return "used up its instructions in " + what;
        case canister_memory_access_limit_exceeded: return "touched too much memory in " + what;
        case canister_stopped: return "is stopped";
        case canister_stopping: return "is stopping";
        case canister_not_stopped: return "is not stopped";
        case canister_non_empty: return "is not empty";
        case canister_not_found: return "does not exist";
        case canister_wasm_module_not_found: return "is empty";
        case canister_method_not_found: return "has no such method";
        case canister_invalid_controller: return "has other controllers";
        case canister_rejected_message: return "rejected " + what;
        default: return "failed in " + what;
    }
}

/// What helps, where the code alone tells it.
std::string next_of(replica::ErrorCode code, const std::string& name) {
    using enum replica::ErrorCode;
    switch (code) {
        case canister_stopped: return "icvm start " + name;
        case canister_not_stopped: return "icvm stop " + name;
        case canister_not_found: return "icvm ls";
        case canister_wasm_module_not_found: return "icvm install " + name + " FILE.wasm";
        case canister_method_not_found: return "icvm inspect " + name;
        case canister_trapped:
        case canister_called_trap:
        case canister_contract_violation:
        case canister_did_not_reply: return "icvm upgrade " + name + " FIXED.wasm";
        default: return {};
    }
}

std::string frame_text(size_t number, const Frame& frame) {
    const std::string name =
        frame.name.empty() ? fmt::format("function {}", frame.function) : printable(frame.name);
    const std::string place =
        frame.place.empty() ? fmt::format("0x{:05x}", frame.offset) : frame.place;
    return fmt::format("  {:2}: {}  {}\n", number, place, name);
}

/// Each line by two columns.
std::string indented(std::string_view lines) {
    std::string text;
    while (!lines.empty()) {
        const size_t size = std::min(lines.find('\n'), lines.size() - 1) + 1;
        text += "  ";
        text += lines.substr(0, size);
        lines.remove_prefix(size);
    }
    return text;
}

Problem reject_problem(const replica::Failure& failure, const Deed& deed) {
    const replica::Reject& reject = failure.reject;
    const std::string& what = failure.stage.empty() ? deed.what : failure.stage;
    const bool refused = failure.stage.empty() && !deed.refusal.empty() &&
                         reject.error == replica::ErrorCode::canister_contract_violation;
    const std::string did = !deed.did.empty() ? deed.did
                            : refused         ? deed.refusal
                                              : deed_text(reject.error, what);
    Problem problem;
    problem.diagnostic.exit_code = exit_code::reject_base + int(reject.code);
    problem.diagnostic.code = replica::to_string(reject.error);
    problem.diagnostic.message = fmt::format("{} {}: {}", deed.who, did, reject.message);
    problem.reason = reject.message;
    problem.reject_code = u8(reject.code);
    for (const auto& frame : reject.backtrace)
        problem.frames.push_back({frame.function, frame.name, frame.offset});
    if (!deed.state.empty()) add_note(problem, "state", deed.state);
    for (const std::string& next : deed.next) add_note(problem, "next", next);
    const std::string next = next_of(reject.error, deed.name);
    if (deed.next.empty() && !next.empty()) add_note(problem, "next", next);
    return problem;
}

/// Nothing is left to do: time must pass, or somebody must do something.
Problem unanswered_problem(const replica::Failure& failure, const Deed& deed) {
    Problem problem{{exit_code::unanswered,
                     {},
                     fmt::format("{}: {} has no answer yet, and nothing is left to do now",
                                 deed.who, deed.what),
                     {}}};
    problem.reason = problem.diagnostic.message;
    add_note(problem, "state", "changed: the call goes on waiting");
    add_note(problem, "next", "icvm timers   # then icvm time +1m, when it waits for one");
    if (failure.message)
        add_note(problem, "next", fmt::format("icvm await {}", message_text(*failure.message)));
    return problem;
}

}  // namespace

Problem usage_problem(std::string message, std::string_view command) {
    Problem problem{{exit_code::usage, {}, std::move(message), {}}};
    problem.reason = problem.diagnostic.message;
    if (!command.empty()) add_note(problem, "next", fmt::format("icvm help {}", command));
    return problem;
}

Problem file_problem(std::string message, std::string next) {
    Problem problem{{exit_code::file, {}, std::move(message), {}}};
    problem.reason = problem.diagnostic.message;
    if (!next.empty()) add_note(problem, "next", next);
    return problem;
}

Problem storage_problem(const replica::StorageError& error) {
    Problem problem{{exit_code::state, {}, error.message, {}}};
    problem.reason = error.message;
    if (!error.next.empty()) add_note(problem, "next", error.next);
    return problem;
}

Problem interrupted_problem(std::string message, std::string state) {
    Problem problem{{exit_code::interrupted, {}, std::move(message), {}}};
    problem.reason = problem.diagnostic.message;
    if (!state.empty()) add_note(problem, "state", state);
    return problem;
}

Problem problem_of(const replica::Failure& failure, const Deed& deed) {
    using Kind = replica::Failure::Kind;
    Problem problem;
    switch (failure.kind) {
        case Kind::reject: problem = reject_problem(failure, deed); break;
        case Kind::storage:
            problem = storage_problem(failure.storage);
            if (!deed.state.empty()) add_note(problem, "state", deed.state);
            break;
        case Kind::unanswered: problem = unanswered_problem(failure, deed); break;
        case Kind::interrupted:
            problem = interrupted_problem(
                fmt::format("{}: {} was interrupted", deed.who, deed.what), deed.state);
            break;
    }
    problem.log = failure.log;
    return problem;
}

void add_state(Problem& problem, std::string_view text) {
    auto& notes = problem.diagnostic.notes;
    const auto begins = [](std::string_view label) {
        return [label](const std::string& note) { return note.starts_with(label); };
    };
    if (std::ranges::any_of(notes, begins("state "))) return;
    notes.insert(std::ranges::find_if(notes, begins("next ")), fmt::format("state : {}", text));
}

void add_note(Problem& problem, std::string_view label, std::string_view text) {
    problem.diagnostic.notes.push_back(fmt::format("{:<6}: {}", label, text));
}

std::string error_text(const Problem& problem, bool all_frames) {
    const Diagnostic& diagnostic = problem.diagnostic;
    std::string text = diagnostic.code.empty() ? ": " : fmt::format("[{}] ", diagnostic.code);
    text += printable(diagnostic.message) + "\n";
    text += indented(printable(problem.quote));
    const size_t frames = problem.frames.size();
    const size_t shown = all_frames ? frames : std::min(frames, frames_shown);
    for (size_t i = 0; i < shown; i++) text += frame_text(i, problem.frames[i]);
    const size_t hidden = frames - shown;
    if (hidden > 0) text += fmt::format("  … {} more frames (-v shows them)\n", hidden);
    for (const std::string& note : diagnostic.notes) text += "  " + printable(note) + "\n";
    return text;
}

std::string json_of(const Problem& problem) {
    JsonObject error;
    if (!problem.diagnostic.code.empty()) error.add("ic", problem.diagnostic.code);
    if (problem.reject_code != 0) error.add("reject", u64(problem.reject_code));
    error.add("message", problem.reason);
    if (!problem.place.empty()) error.add("place", problem.place);
    if (!problem.quote.empty()) error.add("quote", problem.quote);
    if (!problem.frames.empty()) {
        JsonArray backtrace;
        for (const Frame& frame : problem.frames) {
            JsonObject json;
            json.add("func", frame.name);
            json.add("index", u64(frame.function));
            json.add("offset", u64(frame.offset));
            if (!frame.place.empty()) json.add("place", frame.place);
            backtrace.add_json(json.text());
        }
        error.add_json("backtrace", backtrace.text());
    }
    JsonArray notes;
    for (const std::string& note : problem.diagnostic.notes) notes.add(note);
    if (!problem.diagnostic.notes.empty()) error.add_json("notes", notes.text());
    return error.text();
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char character : text) {
        const u8 byte = u8(character);
        if ((byte < 0x20 && character != '\n' && character != '\t') || byte == 0x7F)
            out += fmt::format("\\u{{{:x}}}", byte);
        else
            out += character;
    }
    return out;
}

}  // namespace icvm::cli
