#include "replica/base/reject.hpp"

#include <fmt/format.h>

namespace icvm::replica {

std::string to_string(ErrorCode code) { return fmt::format("IC{:04}", u16(code)); }

}  // namespace icvm::replica
