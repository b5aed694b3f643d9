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

}  // namespace

int main(int count, char** words) {
    using namespace icvm::cli;
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
