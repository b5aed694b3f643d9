// Certified data (Interface spec, "Certified data"): kept, but nothing certifies it yet.

#include <fmt/format.h>

#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

CallResult certified_data_set(SystemCall& call) {
    const u64 address = call[0], size = call[1];
    if (size > certified_data_bytes_max)
        return std::unexpected(contract_violation(
            fmt::format("ic0_certified_data_set failed because the passed data must be no larger "
                        "than {} bytes. Found {} bytes.",
                        certified_data_bytes_max, size),
            help_with_link("Try certifying just the hash of your data instead of the full "
                           "contents.",
                           "certified_data_set-payload-too-large")));
    if (call.host.memory && !call.host.memory->contains(address, size))
        return std::unexpected(contract_violation(
            fmt::format("ic0_certified_data_set failed because src + size is out of bounds. Found "
                        "src = {} and size = {} while src + size must be <= {}",
                        address, size, call.host.memory->size_bytes)));
    const Bytes bytes = TRY(call.heap("ic0.certified_data_set", address, size));
    call.execution.certified_data = ByteVector(bytes.begin(), bytes.end());
    return 0;
}

CallResult data_certificate_present(SystemCall&) { return 0; }

CallResult data_certificate_size(SystemCall& call) { return std::unexpected(call.wrong_mode()); }

CallResult data_certificate_copy(SystemCall& call) { return std::unexpected(call.wrong_mode()); }

}  // namespace icvm::replica::calls
