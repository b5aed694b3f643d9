#pragma once

#include "replica/base/gzip.hpp"
#include "replica/system_api/execution_error.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// The Wasm in what was uploaded: itself, or one gzip member. IC0505 when it is neither, damaged,
/// or larger than module_bytes_max by its declaration or in truth (docs/mainnet.md, "Modules").
Result<ByteVector, ExecutionError> decode_encoding(Bytes uploaded);

}  // namespace icvm::replica
