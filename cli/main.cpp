#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/interruption.hpp"

int main(int count, char** words) {
    using namespace icvm::cli;
    catch_signals();
    try {
        const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
        return run_command_line(arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: internal error: %s\n", error.what());
        return exit_code::internal;
    }
}
