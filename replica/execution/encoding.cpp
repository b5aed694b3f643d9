#include "replica/execution/encoding.hpp"

#include <algorithm>
#include <array>

#include "replica/execution/refusal.hpp"

namespace icvm::replica {

namespace {

constexpr std::array<u8, 4> wasm_magic = {0, 'a', 's', 'm'};

bool begins_with(Bytes bytes, Bytes prefix) {
    return bytes.size() >= prefix.size() && std::ranges::equal(bytes.first(prefix.size()), prefix);
}

ExecutionError refused_gzip(const GzipError& error) {
    if (error.too_large)
        return refused(Refusal::module_too_large, *error.too_large, module_bytes_max);
    return refused(Refusal::not_decodable, error.reason);
}

}  // namespace

Result<ByteVector, ExecutionError> decode_encoding(Bytes uploaded) {
    if (is_gzip(uploaded)) {
        auto wasm = gunzip(uploaded, module_bytes_max);
        if (!wasm) return std::unexpected(refused_gzip(wasm.error()));
        return std::move(*wasm);
    }
    if (!begins_with(uploaded, wasm_magic))
        return std::unexpected(
            refused(Refusal::not_decodable, "unsupported canister module format"));
    if (uploaded.size() > module_bytes_max)
        return std::unexpected(
            refused(Refusal::module_too_large, uploaded.size(), module_bytes_max));
    return ByteVector(uploaded.begin(), uploaded.end());
}

}  // namespace icvm::replica
