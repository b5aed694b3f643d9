#pragma once

/// Scripts of the official suite, run: the public face of vm/script.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/integers.hpp"
#include "vm/text/position.hpp"

namespace icvm::vm {

struct SuiteOptions {
    bool guard = true;    ///< guard pages, where they can be had (guard_available)
    bool stress = false;  ///< the heap collects at every allocation
    u32 threads = 1;
};

/// The assertions that are counted, by their kind.
enum class AssertionKind : u8 {
    assert_return,
    assert_trap,
    assert_exception,
    assert_exhaustion,
    assert_malformed,
    assert_invalid,
    assert_unlinkable,
};
inline constexpr size_t assertion_kinds = 7;
/// "assert_return"
std::string_view to_string(AssertionKind kind);

struct ScriptFailure {
    Position position;
    std::string message;  ///< what was expected, and what was found
};

/// How a script went. An assertion is counted once, as passed or as a failure; a command that is no
/// assertion (a module, a register, an action) only when it fails.
struct ScriptReport {
    std::string file;
    std::array<u64, assertion_kinds> passed_by_kind{};
    std::vector<ScriptFailure> failures;  ///< in the order of the script
    u64 passed() const;
};

/// A script and what to call it.
struct ScriptSource {
    std::string file;
    std::string text;
};

/// Runs a script in a store of its own. What is wrong with the script itself is a failure, too.
ScriptReport run_script(const ScriptSource& source, const SuiteOptions& options);
/// Runs scripts, several at once; the reports are in their order.
std::vector<ScriptReport> run_scripts(std::span<const ScriptSource> sources,
                                      const SuiteOptions& options);

/// "FAILED: file:line: message" of each failure.
std::vector<std::string> failure_lines(const ScriptReport& report);

}  // namespace icvm::vm
