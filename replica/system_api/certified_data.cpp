// Certified data, and the certificate for it (Interface spec, "Certified data").

#include <fmt/format.h>

#include "replica/system_api/system_call.hpp"

namespace icvm::replica::calls {

namespace {

/// `end` is "offset" or "dst": mainnet's own words, for this call alone.
std::unexpected<ExecutionError> out_of_bounds(std::string_view end, u64 start, u64 size,
                                              u64 bytes) {
    return std::unexpected(contract_violation(
        fmt::format("ic0_data_certificate_copy failed because {0} + size is out of bounds. Found "
                    "{0} = {1} and size = {2} while {0} + size must be <= {3}",
                    end, start, size, bytes)));
}

}  // namespace

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

CallResult data_certificate_present(SystemCall& call) {
    return u64(bool(call.execution.data_certificate));
}

CallResult data_certificate_size(SystemCall& call) {
    if (!call.execution.data_certificate) return std::unexpected(call.wrong_mode());
    return call.execution.data_certificate().size();
}

// The other `*_copy` calls check the heap first.
CallResult data_certificate_copy(SystemCall& call) {
    if (!call.execution.data_certificate) return std::unexpected(call.wrong_mode());
    const Bytes certificate = call.execution.data_certificate();
    const u64 destination = call[0], offset = call[1], size = call[2];
    if (offset > certificate.size() || size > certificate.size() - offset)
        return out_of_bounds("offset", offset, size, certificate.size());
    if (call.host.memory && !call.host.memory->contains(destination, size))
        return out_of_bounds("dst", destination, size, call.host.memory->size_bytes);
    return call.copy("certificate", certificate, destination, offset, size);
}

}  // namespace icvm::replica::calls
