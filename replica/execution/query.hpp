#pragma once

#include <functional>

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// A management method that composite queries may call, answered from the state.
using ManagementQuery =
    std::function<Payload(const Principal& caller, const std::string& method, Bytes argument)>;

/// A query call (Interface spec, "Query call", "Composite queries"): nothing of it stays.
Result<Reply, Failure> execute_query(Subnet& subnet, const Principal& caller, const Call& call,
                                     const ManagementQuery& management);

/// The function that a canister has named to transform the response of an HTTPS outcall, called by
/// the management canister. A reject has the text that mainnet hands to the caller.
Result<Payload, Failure> execute_transform(Subnet& subnet, const Principal& canister,
                                           const std::string& method, Bytes argument);

}  // namespace icvm::replica
