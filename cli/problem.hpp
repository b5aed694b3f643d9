#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replica/replica.hpp"
#include "vm/base/diagnostic.hpp"
#include "vm/base/result.hpp"

namespace icvm::cli {

/// Exit codes: the first that applies, from the top (icvm help exit-codes).
namespace exit_code {
inline constexpr int ok = 0, internal = 1, usage = 2, state = 3, file = 4, trap = 5,
                     reject_base = 10, upgrade = 21, unanswered = 124, interrupted = 130;
}  // namespace exit_code

struct Frame {
    u32 function = 0;
    std::string name;
    u32 offset = 0;
    std::string place{};  ///< in a text, "counter.wat:12:7"; else the offset is shown
};

/// Why a command failed: for the person in `diagnostic`, for programs in the rest.
struct Problem {
    Diagnostic diagnostic;
    std::string reason{};         ///< the message alone: of a reject, mainnet's to the letter
    u8 reject_code = 0;           ///< Interface spec, "Reject codes"; 0: no reject
    std::string place{};          ///< "counter.wat:12:7"; empty: it is about no text
    std::string quote{};          ///< the lines of a file that it is about, with a caret
    std::vector<Frame> frames{};  ///< innermost first
    std::vector<replica::LogLine> log{};  ///< what canisters printed before it failed
};

using Done = Result<void, Problem>;

/// What was tried, for the words of an error.
struct Deed {
    std::string name;                 ///< of the canister, or its id
    std::string who;                  ///< "counter (bkyz2-…)"
    std::string what;                 ///< "inc", "canister_post_upgrade"
    std::string state;                ///< the `state :` line when it fails
    std::string refusal{};            ///< "was not upgraded": it failed before the canister ran
    std::string did{};                ///< said whatever the code; empty: the code tells
    std::vector<std::string> next{};  ///< the `next :` lines
};

Problem usage_problem(std::string message, std::string_view command = {});
Problem file_problem(std::string message, std::string next = {});
Problem storage_problem(const replica::StorageError& error);
Problem interrupted_problem(std::string message, std::string state);
Problem problem_of(const replica::Failure& failure, const Deed& deed);

/// The `state :` line, before the `next :` lines, unless there is one.
void add_state(Problem& problem, std::string_view text);
void add_note(Problem& problem, std::string_view label, std::string_view text);

/// What follows the word error: "[IC0503] counter (…) trapped in inc: …", its frames (12 unless
/// `all_frames`) and its notes.
std::string error_text(const Problem& problem, bool all_frames);
/// The member "error" of --json.
std::string json_of(const Problem& problem);

/// Control characters other than line feed and tab as \u{1b}: what canisters and files say must not
/// drive the terminal.
std::string printable(std::string_view text);

}  // namespace icvm::cli
