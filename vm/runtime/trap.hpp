#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::vm {

enum class TrapReason : u8 {
#define TRAP(id, text) id,
#include "vm/runtime/trap.def"
};

/// "integer divide by zero"
std::string_view to_string(TrapReason reason);

/// One frame of a backtrace, innermost first.
struct TrapFrame {
    u32 function = 0;  ///< index in the function index space
    std::string name;  ///< from the name section, or empty
    u32 offset = 0;    ///< of the instruction, from the module's first byte
};

/// Why an execution stopped, and where.
struct Trap {
    TrapReason reason;
    std::string message;            ///< of a host function; else empty
    std::vector<TrapFrame> frames;  ///< at most backtrace_frames_max
    bool frames_cut = false;        ///< there were more
    u32 host_code = 0;  ///< what a host function that trapped wants its embedder to know
};

inline constexpr size_t backtrace_frames_max = 64;

}  // namespace icvm::vm
