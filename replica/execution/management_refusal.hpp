#pragma once

#include <fmt/format.h>

#include "replica/state/message.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica {

/// A row of management_refusal.def.
enum class ManagementRefusal : u8 {
#define MANAGEMENT_REFUSAL(id, code, suggestion, link, text) id,
#include "replica/execution/management_refusal.def"
};

Failure management_failure_with(ManagementRefusal refusal, fmt::format_args arguments);

template <class... Arguments>
std::unexpected<Failure> refuse(ManagementRefusal refusal, const Arguments&... arguments) {
    return std::unexpected(management_failure_with(refusal, fmt::make_format_args(arguments...)));
}

}  // namespace icvm::replica
