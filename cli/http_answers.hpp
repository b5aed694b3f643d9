#pragma once

#include "cli/session.hpp"

namespace icvm::cli {

/// Hands the file of --http to the replica, if there is one; exit 4 when it cannot be read.
Done give_http_answers(const Context& context, replica::Replica& replica);

}  // namespace icvm::cli
