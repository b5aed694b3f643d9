#pragma once

#include <string>

#include "cli/problem.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {

/// A module as it lies in a file: in the binary format, or in the text format, which was parsed.
struct ModuleSource {
    std::string path;
    vm::ParsedModule module;  ///< of a binary file: its bytes alone (Wasm, or gzip of it)
    std::string text;         ///< empty: the file is binary
    bool is_text() const { return !text.empty(); }
};

/// Exit 4 when the file cannot be read, is empty, or is a text that does not parse. What is no
/// module in the binary format is for others to find.
Result<ModuleSource, Problem> read_source(const std::string& path);
/// The same, of what was in gzip its content.
Result<ModuleSource, Problem> read_uncompressed(const std::string& path);

/// Why no code could be made of it: exit 4, with the place, and for a text its line.
Problem load_problem(const ModuleSource& source, const vm::LoadError& error);

/// Decodes, validates and compiles what is not compressed.
Result<std::shared_ptr<const vm::CompiledModule>, Problem> load_source(
    const ModuleSource& source, const vm::CompileOptions& options);

/// What would help when the bytes are no module; empty when they are.
std::string advice_for(Bytes bytes);

/// "counter.wat:12:7"
std::string place_name(const ModuleSource& source, vm::Position position);
/// Where in a text the frames are; nothing for a binary.
void add_places(Problem& problem, const ModuleSource& source);
/// The line there with a caret, for Problem::quote; bytes that are no UTF-8 as U+FFFD.
std::string quote_of(const ModuleSource& source, vm::Position position);

}  // namespace icvm::cli
