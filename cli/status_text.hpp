#pragma once

#include <string>
#include <string_view>

#include "cli/session.hpp"

namespace icvm::cli {

std::string_view word_of(replica::Status status);
/// The member "settings" of --json: in the words of the management canister's interface.
std::string json_of(const replica::Settings& settings);
/// An element of "canisters" of --json.
JsonObject json_object_of(const Target& target, const replica::CanisterStatus& status);

}  // namespace icvm::cli
