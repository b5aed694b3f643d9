#pragma once

#include <string>
#include <vector>

#include "cli/problem.hpp"

namespace icvm::cli {

/// Takes the command out of `words` and returns our name of it: "" when there is none. Understands
/// `canister call`, `network start`, other tools' words, and `FILE.wasm` first as `run FILE.wasm`.
/// A word that is no command is a usage error with the nearest one.
Result<std::string, Problem> take_command(std::vector<std::string>& words);

/// `text` as one word of a shell's command line, with quotes when it needs them.
std::string shell_word(std::string_view text);

/// "counter.wasm", "counter.wasm.gz", "counter.wat": the name of a module file.
bool is_module_name(std::string_view word);
/// "counter": that name without its ending; another word as it is.
std::string module_stem(std::string_view word);

}  // namespace icvm::cli
