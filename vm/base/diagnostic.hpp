#pragma once

#include <string>
#include <vector>

namespace icvm {

/// What went wrong for a person at the keyboard: what, where, why, what next.
struct Diagnostic {
    int exit_code = 1;               ///< docs/architecture.md
    std::string code;                ///< "IC0502", or empty
    std::string message;             ///< who did what, and why it failed
    std::vector<std::string> notes;  ///< further lines: "state : …", "next : …"
};

}  // namespace icvm
