#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/problem.hpp"
#include "vm/base/bytes.hpp"

namespace icvm::cli {

enum class When : u8 { automatic, always, never };

struct TerminalOptions {
    bool json = false, quiet = false, verbose = false, yes = false;
    When color = When::automatic;
};

/// Standard output takes results only; everything else goes to standard error. Nothing is kept in
/// a buffer, so that the two streams stay in order when they are one.
class Terminal {
public:
    explicit Terminal(const TerminalOptions& options) : options_(options) {}

    /// A line of the result; with --json nothing, since the object says it.
    void result(std::string_view line);
    /// The result as bytes, nothing added.
    void result_bytes(Bytes bytes);
    /// The one object of --json.
    void json(std::string_view object);
    /// What was done; nothing with --quiet.
    void note(std::string_view line);
    /// Only with --verbose.
    void detail(std::string_view line);
    void warning(std::string_view line);
    void problem(const Problem& problem);
    /// The line below a usage error.
    void usage(std::string_view line);
    /// What a canister printed, each line as "[name] line".
    void log(const std::vector<replica::LogLine>& lines);

    enum class Answer : u8 { yes, no, nobody_to_ask, interrupted };
    /// Asks on a terminal; yes at once with --yes.
    Answer ask(std::string_view question);

    bool is_verbose() const { return options_.verbose; }
    bool is_json() const { return options_.json; }
    /// errno of the first write to standard output that failed, or 0.
    int output_error() const { return output_error_; }

private:
    void write_error(std::string_view text);
    std::string colored(std::string_view text, std::string_view code) const;

    TerminalOptions options_;
    int output_error_ = 0;
};

}  // namespace icvm::cli
