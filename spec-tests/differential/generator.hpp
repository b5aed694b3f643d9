#pragma once

#include "spec-tests/differential/body.hpp"

namespace icvm::differential {

/// A valid module of that seed. With marks it tells what it executes, in its last memory: where,
/// coverage.marks has.
ByteVector generate(u64 seed, const Profile& profile, const RowTable& rows, Coverage& coverage,
                    bool with_marks);

}  // namespace icvm::differential
