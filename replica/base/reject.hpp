#pragma once

#include <string>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::replica {

/// Interface spec, "Reject codes".
enum class RejectCode : u8 {
    sys_fatal = 1,
    sys_transient,
    destination_invalid,
    canister_reject,
    canister_error,
    sys_unknown,
};

/// The implementation's error codes, IC0nnn; one row each in reject.def: number, name.
enum class ErrorCode : u16 {
#define ERROR_CODE(number, id) id = number,
#include "replica/base/reject.def"
};

struct BacktraceFrame {
    u32 function = 0;
    std::string name;
    u32 offset = 0;
};

/// A caller asked for the impossible, or a canister trapped. `message` is mainnet's, to the letter.
struct Reject {
    RejectCode code;
    ErrorCode error;
    std::string message;
    std::vector<BacktraceFrame> backtrace{};  ///< ours, beside the message
};

/// The first digit of the error code decides.
inline Reject reject(ErrorCode error, std::string message) {
    return {RejectCode(u16(error) / 100), error, std::move(message), {}};
}

/// "IC0502"
std::string to_string(ErrorCode code);

}  // namespace icvm::replica
