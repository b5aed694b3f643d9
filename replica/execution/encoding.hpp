#pragma once

#include "replica/system_api/execution_error.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// Of a module, uncompressed.
inline constexpr u64 module_bytes_max = 100 * 1024 * 1024;

bool is_gzip(Bytes uploaded);

/// The Wasm in what was uploaded: itself, or one gzip member. IC0505 when it is neither, damaged,
/// or larger than module_bytes_max by its declaration or in truth (docs/mainnet.md, "Modules").
Result<ByteVector, ExecutionError> decode_encoding(Bytes uploaded);

}  // namespace icvm::replica
