#include "replica/execution/refusal.hpp"

namespace icvm::replica {

namespace {

struct RefusalRow {
    std::string_view help;  ///< empty: the toolchain's
    std::string_view text;
};

constexpr std::string_view toolchain;

constexpr RefusalRow rows[] = {
#define REFUSAL(id, help, text) {help, text},
#include "replica/execution/refusal.def"
};

std::string help_of(const RefusalRow& row, fmt::format_args arguments) {
    if (row.help.empty()) return toolchain_help();
    const size_t hash = row.help.find('#');
    return help_with_link(fmt::vformat(row.help.substr(0, hash), arguments),
                          row.help.substr(hash + 1));
}

}  // namespace

ExecutionError refusal_with(Refusal refusal, fmt::format_args arguments) {
    const RefusalRow& row = rows[size_t(refusal)];
    return {ErrorCode::canister_invalid_wasm,
            "Canister's Wasm module is not valid: " + fmt::vformat(row.text, arguments),
            help_of(row, arguments)};
}

ExecutionError not_instrumentable(std::string_view reason) {
    return {ErrorCode::canister_invalid_wasm,
            fmt::format("Could not instrument wasm module of canister: {}", reason),
            toolchain_help()};
}

}  // namespace icvm::replica
