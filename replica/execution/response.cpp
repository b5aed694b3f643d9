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

Reject with_cleanup_error(Reject callback, const std::optional<ExecutionError>& callback_error,
                          const std::optional<ExecutionError>& cleanup_error,
                          const Principal& canister) {
    if (!callback_error || !cleanup_error) return callback;  // nothing has run
    Reject both =
        reject_of({callback_error->code, fmt::format("{}\n\ncall_on_cleanup also failed:\n\n{}",
                                                     callback_error->text, cleanup_error->text)},
                  canister);
    both.backtrace = std::move(callback.backtrace);
    return both;
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
