#pragma once

#include <fmt/format.h>

#include <string_view>

#include "replica/system_api/execution_error.hpp"

namespace icvm::replica {

/// A row of refusal.def.
enum class Refusal : u8 {
#define REFUSAL(id, help, text) id,
#include "replica/execution/refusal.def"
};

/// IC0505 "Canister's Wasm module is not valid: …".
ExecutionError refusal_with(Refusal refusal, fmt::format_args arguments);

template <class... Arguments>
ExecutionError refused(Refusal refusal, const Arguments&... arguments) {
    return refusal_with(refusal, fmt::make_format_args(arguments...));
}

/// IC0505 "Could not instrument wasm module of canister: …".
ExecutionError not_instrumentable(std::string_view reason);

}  // namespace icvm::replica
