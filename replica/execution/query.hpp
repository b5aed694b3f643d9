#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// A query call (Interface spec, "Query call"): nothing of it stays.
Result<Reply, Failure> execute_query(Subnet& subnet, const Principal& caller, const Call& call);

}  // namespace icvm::replica
