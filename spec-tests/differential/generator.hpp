#pragma once

#include "spec-tests/differential/body.hpp"

namespace icvm::differential {

/// A valid module of that seed; one in eight marks what it executes, in coverage.marks and its last
/// memory.
ByteVector generate(u64 seed, const Profile& profile, const RowTable& rows, Coverage& coverage);

}  // namespace icvm::differential
