#pragma once

#include <optional>
#include <string>

#include "replica/base/principal.hpp"
#include "replica/base/reject.hpp"

namespace icvm::replica {

/// Instructions of a slice, as which mainnet runs long executions (docs/metering.md, "When the
/// limit strikes").
inline constexpr i64 slice_instructions = 2'000'000'000;

/// Why an execution failed, before it is known to whom it is told: `text` and `help` are mainnet's
/// (docs/mainnet.md, "Errors").
struct ExecutionError {
    ErrorCode code;
    std::string text;
    std::string help{};  ///< what to do about it; may be empty
    /// Of a module that is refused for what is in its uncompressed bytes there.
    std::optional<u32> module_offset{};
    /// It needs a part of WebAssembly that mainnet has switched off.
    bool is_switched_off = false;
};

/// "See documentation: …#section" behind a suggestion.
std::string help_with_link(std::string_view suggestion, std::string_view section);
/// What mainnet says when it blames the compiler.
std::string toolchain_help();

/// IC0502 "Canister trapped: <reason>"
ExecutionError trapped(std::string_view reason);
/// IC0504 "Canister violated contract: <error>", blaming the toolchain.
ExecutionError contract_violation(std::string_view error);
/// IC0504, blaming the author: with a suggestion and a section of the documentation.
ExecutionError contract_violation(std::string_view error, std::string help);
/// IC0522
ExecutionError out_of_instructions(u64 limit);
/// IC0522 when a slice is overspent by a whole one at once.
ExecutionError slice_overrun(u64 instructions);
/// IC0537
ExecutionError no_wasm_module();
/// Something of the protocol that this version does not have.
ExecutionError not_yet(std::string_view call, std::string_view what);

/// Greatest text of a reject as a canister sees it, and of every error.
inline constexpr size_t reject_message_bytes_max = 8 * 1024;
/// Replaces the middle of a text that is longer by "...", between characters.
std::string ellipsized(std::string text);

/// "Error from Canister <id>: <text>", and with help ".\n<help>"; cut to 8 KiB.
Reject reject_of(const ExecutionError& error, const Principal& canister);

}  // namespace icvm::replica
