#pragma once

#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/module_source.hpp"
#include "cli/problem.hpp"

namespace icvm::cli {

using Service = std::shared_ptr<const replica::candid::ServiceDescription>;

/// The interface in `candid:service`; nothing when there is none, or none that can be read.
Service service_of(const replica::ModuleInfo& info);

/// A module that was read from a file.
struct ModuleFile {
    std::string path;
    ModuleSource source;  ///< its bytes as they came: Wasm, or gzip of it
    replica::ModuleInfo info;
    Service service;
    const ByteVector& bytes() const { return source.module.bytes; }
};

/// Reads and decodes: exit 4 when it is no module.
Result<ModuleFile, Problem> read_module(const std::string& path);
/// Exit 4 when a canister cannot be made of it.
Done check_canister(const ModuleFile& module);

/// Where the module of a canister may be: the file that was remembered for it (may be empty), then
/// where dfx puts it, then NAME.wasm[.gz] here. Exit 4 saying where it was looked for.
Result<std::string, Problem> find_module(const std::string& name, const std::string& remembered);

/// One line on what a module is: "motoko 1.10.1 (enhanced persistence, wasm64)  245 kB  hash …".
std::string summary_of(const replica::ModuleInfo& info);
/// A line for each method, "  inc : () -> (nat)".
std::vector<std::string> method_lines(const replica::ModuleInfo& info, const Service& service);
/// "inc get": the first update and the first query that take no arguments; may be empty.
std::string methods_to_try(const replica::ModuleInfo& info, const Service& service);
std::string methods_json(const replica::ModuleInfo& info, const Service& service);
std::string_view to_string(replica::ExportKind kind);

/// Init arguments when `method` is nullptr; `text` as the person wrote it. Exit 4 when it does not
/// read or does not fit.
Result<ByteVector, Problem> encode(const std::string& text, const Service& service,
                                   const std::string* method);
/// Arguments of the options --args-file, --argument … or of `operand`; nothing: none were given.
struct ArgumentText {
    std::optional<std::string> candid;
    std::optional<ByteVector> bytes;  ///< when they came as hex or bin
    bool given() const { return candid || bytes; }
};
Result<ArgumentText, Problem> read_arguments(const Context& context, const std::string* operand);
/// Candid bytes of them: "()" when none were given.
Result<ByteVector, Problem> encode(const ArgumentText& arguments, const Service& service,
                                   const std::string* method);

}  // namespace icvm::cli
