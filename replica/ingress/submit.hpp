#pragma once

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

/// Takes an update call by a user in, when all checks allow it (Interface spec, "API Request
/// submission"; docs/mainnet.md, "Ingress messages"), within a round. `id`: nothing gives it a
/// number of the subnet's own. A reject: nothing of it is known afterwards.
Result<MessageId, Failure> submit(Subnet& subnet, const Principal& caller, const Call& call,
                                  std::optional<MessageId> id = {}, u64 expiry_ns = 0);

}  // namespace icvm::replica
