#pragma once

#include "cli/session.hpp"

namespace icvm::cli {

/// Runs rounds until no answer is on its way to `target`: it would reach the code that comes next.
/// False: some calls are not answered by rounds alone.
Result<bool, Problem> let_calls_end(Context& context, Session& session, const Target& target);

}  // namespace icvm::cli
