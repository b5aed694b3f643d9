#pragma once

#include "spec-tests/differential/body.hpp"

namespace icvm::differential {

/// A valid module of that seed; of each fourth, two, of which the second imports what the first
/// exports. With marks it is one, and tells what it executes, in its last memory: where,
/// coverage.marks has.
std::vector<ByteVector> generate(u64 seed, const Profile& profile, const RowTable& rows,
                                 Coverage& coverage, bool with_marks);

}  // namespace icvm::differential
