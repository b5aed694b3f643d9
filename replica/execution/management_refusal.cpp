#include "replica/execution/management_refusal.hpp"

#include "replica/system_api/execution_error.hpp"

namespace icvm::replica {

namespace {

struct Row {
    ErrorCode code;
    std::string_view suggestion, link, text;
};

constexpr Row rows[] = {
#define MANAGEMENT_REFUSAL(id, code, suggestion, link, text) \
    {ErrorCode::code, suggestion, link, text},
#include "replica/execution/management_refusal.def"
};

std::string help(const Row& row) {
    if (row.suggestion.empty()) return {};
    if (row.link.empty()) return fmt::format("\n{}", row.suggestion);
    if (row.link.starts_with(':'))
        return fmt::format("\n{} See documentation: {}", row.suggestion, row.link.substr(1));
    return "\n" + help_with_link(row.suggestion, row.link);
}

}  // namespace

Failure management_failure_with(ManagementRefusal refusal, fmt::format_args arguments) {
    const Row& row = rows[u8(refusal)];
    return failure_of(reject(row.code, fmt::vformat(row.text, arguments) + help(row)));
}

}  // namespace icvm::replica
