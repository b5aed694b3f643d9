#include "bench/module_file.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace icvm::bench {

ByteVector read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        std::fprintf(stderr, "bench: cannot read %s; run it from the project's root\n",
                     path.c_str());
        std::exit(2);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace icvm::bench
