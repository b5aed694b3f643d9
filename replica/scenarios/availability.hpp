#pragma once

#include <set>
#include <string>
#include <vector>

#include "vm/base/result.hpp"

namespace icvm::replica::scenarios {

/// How a scenario runs a program as what the System API tells apart (Interface spec, "Overview of
/// imports").
struct ContextCase {
    std::string letters;  ///< "Ry"
    std::string mode;     ///< "reply callback", as errors name it
    /// Commands in which P is the program: what the last one comes to has the error, if there is
    /// one — or, where `counts`, replies "1" if there was none.
    std::vector<std::string> commands;
    bool counts = false;
};

const std::vector<ContextCase>& context_cases();

/// The letters that are meant: "all" is every one but `s`, "any" is every one.
std::set<std::string> meant(const std::set<std::string>& letters);

/// A module that calls a function of `ic0` in its start function, in the text format.
Result<std::string, std::string> start_module(const std::string& name);

}  // namespace icvm::replica::scenarios
