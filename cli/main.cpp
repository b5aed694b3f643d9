#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/interruption.hpp"

namespace {

/// What the Makefile compiles the handlers of vectors for.
bool processor_is_known() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("x86-64-v2");
#else
    return true;
#endif
}

/// Whoever has started us may have closed standard input, output or error: the next file to be
/// opened would take their place, and a reply would be written into the state. What stands there
/// instead can neither be read nor written, as it was before.
void keep_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(stream, F_GETFD) != -1) continue;
        // The lowest number that is free: this one.
        (void)open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

}  // namespace

int main(int count, char** words) {
    using namespace icvm::cli;
    keep_standard_streams();
    if (!processor_is_known()) {
        std::fputs("error: icvm needs a processor with SSE4.2 (x86-64-v2)\n", stderr);
        return exit_code::usage;
    }
    catch_signals();
    try {
        const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
        return run_command_line(arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: internal error: %s\n", error.what());
        return exit_code::internal;
    }
}
