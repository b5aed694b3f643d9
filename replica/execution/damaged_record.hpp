#pragma once

#include <string_view>

#include "replica/state/message.hpp"

namespace icvm::replica {

/// A record of the state is missing, or does not say what it must.
Failure damaged_record(std::string_view key);

}  // namespace icvm::replica
