#pragma once

#include <string>
#include <string_view>

#include "cli/calling.hpp"

namespace icvm::cli {

/// A call to the management canister about `target`, by a command of its own.
struct ManagementCall {
    std::string method;    ///< "update_settings"
    std::string argument;  ///< Candid text
    std::string failed;    ///< what is said when it fails: "keeps its settings"
};
Result<replica::Reply, Problem> perform(Context& context, Session& session, const Target& target,
                                        const ManagementCall& call);

// Candid text.
std::string candid_text(std::string_view text);
std::string candid_blob(Bytes bytes);
std::string candid_principal(const replica::Principal& principal);

}  // namespace icvm::cli
