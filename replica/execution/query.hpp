#pragma once

#include <functional>

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// The certificate that a canister finds in a query: of its certified data and the time.
using CertificateOf = std::function<ByteVector(const Canister& canister)>;
/// A management method that composite queries may call, answered from the state.
using ManagementQuery =
    std::function<Payload(const Principal& caller, const std::string& method, Bytes argument)>;

struct QuerySeams {
    CertificateOf certificate;
    ManagementQuery management;
};

/// A query call (Interface spec, "Query call", "Composite queries"): nothing of it stays.
Result<Reply, Failure> execute_query(Subnet& subnet, const Principal& caller, const Call& call,
                                     const QuerySeams& seams);

}  // namespace icvm::replica
