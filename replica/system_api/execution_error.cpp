#include "replica/system_api/execution_error.hpp"

#include <fmt/format.h>

namespace icvm::replica {

namespace {

constexpr std::string_view documentation =
    "https://internetcomputer.org/docs/current/references/execution-errors#";

bool is_continuation(char byte) { return (u8(byte) & 0xC0) == 0x80; }

}  // namespace

std::string ellipsized(std::string text) {
    if (text.size() <= reject_message_bytes_max) return text;
    const size_t kept = reject_message_bytes_max - 3;
    size_t front = kept / 2, back = text.size() - (kept - front);
    while (front > 0 && is_continuation(text[front])) front--;
    while (back < text.size() && is_continuation(text[back])) back++;
    return text.substr(0, front) + "..." + text.substr(back);
}

std::string help_with_link(std::string_view suggestion, std::string_view section) {
    return fmt::format("{} See documentation: {}{}", suggestion, documentation, section);
}

std::string toolchain_help() {
    return "If you are running this canister in a test environment (e.g., dfx), make sure the test "
           "environment is up to date. Otherwise, this is likely an error with the compiler/CDK "
           "toolchain being used to build the canister. Please report the error to IC devs on the "
           "forum: https://forum.dfinity.org and include which language/CDK was used to create the "
           "canister.";
}

ExecutionError trapped(std::string_view reason) {
    return {ErrorCode::canister_trapped, fmt::format("Canister trapped: {}", reason),
            help_with_link("Consider gracefully handling failures from this canister or altering "
                           "the canister to handle exceptions.",
                           "trapped")};
}

ExecutionError contract_violation(std::string_view error) {
    return contract_violation(error, toolchain_help());
}

ExecutionError contract_violation(std::string_view error, std::string help) {
    return {ErrorCode::canister_contract_violation,
            fmt::format("Canister violated contract: {}", error), std::move(help)};
}

ExecutionError out_of_instructions(u64 limit) {
    return {ErrorCode::canister_instruction_limit_exceeded,
            fmt::format("Canister exceeded the limit of {} instructions for single message "
                        "execution.",
                        limit),
            help_with_link("Try optimizing this method to consume fewer instructions or split the "
                           "work across multiple messages.",
                           "instruction-limit-exceeded")};
}

ExecutionError slice_overrun(u64 instructions) {
    return {ErrorCode::canister_instruction_limit_exceeded,
            fmt::format("Canister attempted to perform a large memory operation that used {} "
                        "instructions and exceeded the slice limit {}.",
                        instructions, slice_instructions),
            help_with_link("Try breaking up large copies within the canister code into smaller "
                           "chunks.",
                           "slice-overrun")};
}

ExecutionError no_wasm_module() {
    return {ErrorCode::canister_wasm_module_not_found,
            "Attempted to execute a message, but the canister contains no Wasm module.",
            help_with_link("Please install code to this canister before calling it.",
                           "wasm-module-not-found")};
}

ExecutionError not_yet(std::string_view call, std::string_view what) {
    return contract_violation(fmt::format("ic0.{}: {} with a later version of icvm", call, what),
                              "");
}

Reject reject_of(const ExecutionError& error, const Principal& canister) {
    std::string message = fmt::format("Error from Canister {}: {}", canister.text(), error.text);
    if (!error.help.empty()) message += ".\n" + error.help;
    return reject(error.code, ellipsized(std::move(message)));
}

}  // namespace icvm::replica
