#pragma once

#include <string>
#include <string_view>

#include "cli/session.hpp"

namespace icvm::cli {

std::string_view word_of(replica::Status status);
/// An element of "canisters" of --json.
std::string json_of(const Target& target, const replica::CanisterStatus& status);

}  // namespace icvm::cli
