#pragma once

/// The public face of the VM: load a module, instantiate it, run its functions. Nothing here knows
/// of the Internet Computer. See docs/interpreter.md for the machine behind it.

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/code/options.hpp"
#include "vm/exec/execution.hpp"
#include "vm/exec/signals.hpp"
#include "vm/runtime/budget.hpp"
#include "vm/runtime/host_function.hpp"
#include "vm/runtime/memory.hpp"
#include "vm/runtime/object_heap.hpp"
#include "vm/runtime/store.hpp"
#include "vm/runtime/trap.hpp"
#include "vm/text/parser.hpp"
#include "vm/text/printer.hpp"
#include "vm/wasm/module.hpp"
#include "vm/wasm/opcode.hpp"
#include "vm/wasm/value.hpp"

namespace icvm::vm {

// ---- Loading -----------------------------------------------------------------------------------

struct CompiledModule;  ///< A module with its code: immutable, shared by all its instances.

/// The module that was decoded; lives as long as `compiled`.
const Module& module_of(const CompiledModule& compiled);

/// What a person looks for where a module is broken.
struct ErrorPlace {
    std::string section = {};          ///< "type"; empty: in front of, or behind all sections
    std::optional<u32> function = {};  ///< in whose body it is: index in the index space
    std::string function_name = {};    ///< of the name section, or an export; or empty
};

/// Why bytes became no module that can run, and where.
struct LoadError : std::variant<Malformed, Invalid> {
    using variant::variant;
    ErrorPlace place = {};
    /// From the first byte of the module.
    u32 offset() const;
    /// As the official suite words it, and more behind that.
    const std::string& reason() const;
};

/// One line: "unexpected end (in the type section, at offset 0x8)",
/// "type mismatch (in function 3 \"inc\", at offset 0x4f)".
std::string to_string(const LoadError& error);

/// A rule that `module` breaks, be it an embedder's own, with its place.
LoadError located(Invalid invalid, const Module& module);

/// Decodes (Wasm 5) without validating; for inspection and for checks of an embedder's own.
Result<Module, Malformed> decode_module(ByteVector bytes);

/// decode_module, with the section where it fails.
Result<Module, LoadError> read_module(ByteVector bytes);

/// Validates and compiles a decoded module in one pass over each body (Wasm 3).
Result<std::shared_ptr<const CompiledModule>, LoadError> compile_module(
    Module module, const CompileOptions& options);

/// decode_module, then compile_module.
Result<std::shared_ptr<const CompiledModule>, LoadError> load_module(ByteVector bytes,
                                                                     const CompileOptions& options);

// The text format: vm/text/parser.hpp, vm/text/printer.hpp.
// Instances: vm/runtime/store.hpp, vm/runtime/host_function.hpp, vm/runtime/memory.hpp.
// Execution: vm/exec/execution.hpp. The fault handler: vm/exec/signals.hpp.

}  // namespace icvm::vm
