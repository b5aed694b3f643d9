#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vm/wasm/value.hpp"

namespace icvm::spec_tests {

/// What a result must be: the very bits, or one of a set.
struct Expectation {
    enum class Kind { bits, canonical_nan, arithmetic_nan, any_reference } kind = Kind::bits;
    vm::Value value;
};

/// invoke or get.
struct Action {
    bool is_invoke = true;
    std::string module;  ///< its name in the script; empty: the last one
    std::string field;
    std::vector<vm::Value> arguments;
};

/// One command of a script of the official suite (WebAssembly/spec, interpreter/README, "Scripts").
struct Command {
    std::string type;  ///< "assert_return", "module", …
    std::string line;
    std::string name;      ///< module, register: the module's name in the script
    std::string as;        ///< register: the name that imports give
    std::string filename;  ///< of the module's bytes
    bool is_text = false;  ///< the module stands in the text format
    std::string text;      ///< the message that is expected
    Action action;
    std::vector<Expectation> expected;
    bool has_vectors = false;  ///< takes or gives a v128, which are not read
};

struct Script {
    std::string source;
    std::vector<Command> commands;
};

/// Reads what wast2json wrote; nothing: it is not that.
std::optional<Script> read_script(const std::string& path);

}  // namespace icvm::spec_tests
