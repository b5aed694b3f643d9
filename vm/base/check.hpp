#pragma once

#include <cstdio>
#include <cstdlib>

namespace icvm {

[[noreturn, gnu::cold, gnu::noinline]] inline void check_failed(const char* expression,
                                                                const char* file, int line) {
    std::fprintf(stderr, "icvm: internal error: %s:%d: %s\n", file, line, expression);
    std::abort();
}

}  // namespace icvm

/// Aborts when one of our own invariants is broken; never for bad input (house rule 4).
#define CHECK(expression) \
    ((expression) ? (void)0 : ::icvm::check_failed(#expression, __FILE__, __LINE__))

/// CHECK of debug and sanitizer builds, for hot paths.
#ifdef NDEBUG
#define ASSERT(expression) ((void)0)
#else
#define ASSERT(expression) CHECK(expression)
#endif
