#include "replica/execution/response.hpp"

#include <fmt/format.h>

namespace icvm::replica {

std::unexpected<Failure> failed(Failure failure, ExecutionContext& context) {
    for (std::string& line : context.log)
        failure.log.push_back({context.canister->label(), std::move(line)});
    return std::unexpected(std::move(failure));
}

std::unexpected<Failure> failed(Reject reject, u64 instructions, ExecutionContext& context) {
    Failure failure = failure_of(std::move(reject));
    failure.instructions = instructions;
    return failed(std::move(failure), context);
}

std::unexpected<Failure> not_found(const Principal& id) {
    return std::unexpected(failure_of(
        reject(ErrorCode::canister_not_found, fmt::format("Canister {} not found", id.text()))));
}

Reject no_method(const Principal& canister, std::string_view kind, std::string_view name) {
    return reject_of({ErrorCode::canister_method_not_found,
                      fmt::format("Canister has no {} method '{}'.", kind, name),
                      help_with_link("Check that the method being called is exported by the target "
                                     "canister.",
                                     "method-not-found")},
                     canister);
}

}  // namespace icvm::replica
