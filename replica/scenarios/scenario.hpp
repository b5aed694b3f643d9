#pragma once

#include <string>
#include <vector>

#include "vm/base/integers.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica::scenarios {

/// A command as it is written; it goes on to the next line as long as a bracket or quote is open.
struct Statement {
    u32 line = 0;
    std::string text;
};

/// What follows a line `== title`, behind what precedes the first such line of the file.
struct Scenario {
    std::string file;   ///< "calls.txt"
    std::string title;  ///< differs from all others of the file
    std::vector<Statement> statements;
};

/// Blank lines and those that begin with # are for the reader. An error has a line.
Result<std::vector<Scenario>, std::string> parse_scenarios(const std::string& file,
                                                           const std::string& text);

}  // namespace icvm::replica::scenarios
