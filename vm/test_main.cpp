// Catch2 would put handlers of its own over the fault handler for the length of each test.
#define CATCH_CONFIG_NO_POSIX_SIGNALS
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>

#include "vm/code/options.hpp"

/// ICVM_EAGER=1: all functions are compiled when their module is loaded.
int main(int count, char** arguments) {
    const char* eager = std::getenv("ICVM_EAGER");
    icvm::vm::eager_by_default = eager != nullptr && *eager == '1';
    return Catch::Session().run(count, arguments);
}
