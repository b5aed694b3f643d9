#pragma once

#include <span>
#include <string>

#include "vm/base/integers.hpp"

namespace icvm::bench {

struct Program {
    const char* name;  ///< of the module in bench/programs, without .wasm
    u32 n;             ///< the argument of run
    u32 checksum;      ///< what run(n) returns
    const char* what;  ///< what it stresses
};

/// All of programs.def, in its order.
std::span<const Program> programs();

/// From the project's root.
std::string path_of(const Program& program);

/// "sieve" for "sieve.64": the program's name without the way it was compiled.
std::string source_name(const Program& program);

}  // namespace icvm::bench
