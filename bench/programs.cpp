#include "bench/programs.hpp"

namespace icvm::bench {

std::span<const Program> programs() {
    static constexpr Program all[] = {
#define PROGRAM(name, n, checksum, what) {name, n, checksum, what},
#include "bench/programs.def"
#undef PROGRAM
    };
    return all;
}

std::string path_of(const Program& program) {
    return std::string("bench/programs/") + program.name + ".wasm";
}

std::string source_name(const Program& program) {
    const std::string name = program.name;
    return name.substr(0, name.find('.'));
}

}  // namespace icvm::bench
