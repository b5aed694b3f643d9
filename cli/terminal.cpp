#include "cli/terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cli/interruption.hpp"

namespace icvm::cli {
namespace {

/// 0, or errno.
int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        text.remove_prefix(size_t(written));
    }
    return 0;
}

bool has_variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

bool use_color(When when) {
    if (when != When::automatic) return when == When::always;
    if (has_variable("NO_COLOR")) return false;
    if (has_variable("CLICOLOR_FORCE")) return true;
    return isatty(STDERR_FILENO) == 1;
}

}  // namespace

void Terminal::result(std::string_view line) {
    if (options_.json) return;
    result_bytes(bytes_of(std::string(line) + "\n"));
}

void Terminal::result_bytes(Bytes bytes) {
    const int error = write_all(STDOUT_FILENO, text_of(bytes));
    if (output_error_ == 0) output_error_ = error;
}

void Terminal::json(std::string_view object) { result_bytes(bytes_of(std::string(object) + "\n")); }

void Terminal::write_error(std::string_view text) { write_all(STDERR_FILENO, text); }

std::string Terminal::colored(std::string_view text, std::string_view code) const {
    if (!use_color(options_.color)) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

void Terminal::note(std::string_view line) {
    if (!options_.quiet) write_error(printable(line) + "\n");
}

void Terminal::detail(std::string_view line) {
    if (options_.verbose) write_error(printable(line) + "\n");
}

void Terminal::warning(std::string_view line) {
    write_error(colored("warning", "1;33") + ": " + printable(line) + "\n");
}

void Terminal::problem(const Problem& problem) {
    log(problem.log);
    write_error(colored("error", "1;31") + error_text(problem, options_.verbose));
}

void Terminal::usage(std::string_view line) { write_error(printable(line) + "\n"); }

void Terminal::log(const std::vector<replica::LogLine>& lines) {
    if (options_.quiet) return;
    std::string text;
    for (const replica::LogLine& line : lines) {
        std::string_view rest = line.text;
        while (rest.ends_with('\n')) rest.remove_suffix(1);
        while (true) {
            const size_t end = rest.find('\n');
            text += "[" + line.canister + "] " + printable(rest.substr(0, end)) + "\n";
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end + 1);
        }
    }
    write_error(text);
}

Terminal::Answer Terminal::ask(std::string_view question) {
    if (options_.yes) return Answer::yes;
    if (isatty(STDIN_FILENO) != 1) return Answer::nobody_to_ask;
    write_error(printable(question) + " [y/N] ");
    std::string line;
    char character = 0;
    while (true) {
        const ssize_t got = read(STDIN_FILENO, &character, 1);
        if (got < 0 && errno == EINTR && !interrupted()) continue;
        if (interrupted()) return Answer::interrupted;
        if (got != 1 || character == '\n') break;
        if (line.size() < 8) line += character;
    }
    return line == "y" || line == "Y" || line == "yes" ? Answer::yes : Answer::no;
}

}  // namespace icvm::cli
