#pragma once

#include <string>
#include <vector>

#include "bench/programs.hpp"

namespace icvm::bench {

enum class EngineKind : u8 {
    own,          ///< this project's, in each way it is used
    interpreter,  ///< a peer
    compiler,     ///< makes machine code: how far away that is
};

struct Engine {
    std::string name;
    EngineKind kind;
    std::string executable;              ///< its path, or empty: absent
    std::string wanted;                  ///< what was looked for
    std::vector<std::string> arguments;  ///< "{module}", "{name}" and "{n}" stand for a program's
    std::string version;                 ///< the first line it prints when asked; may be empty
};

/// Those of engines.def: found in the folder ENGINES, else on PATH.
std::vector<Engine> find_engines(const std::string& own_executable);

std::vector<std::string> command_of(const Engine& engine, const Program& program, u32 n);

/// The i32 at the end of what an engine printed, however it prints one; an error without a number.
bool read_checksum(const std::string& output, u32& checksum);

}  // namespace icvm::bench
