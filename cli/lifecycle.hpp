#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace icvm::cli {

/// A transition of one canister that takes nothing but its id.
struct LifecycleVerb {
    std::string_view method;      ///< of the management canister: "stop_canister"
    std::string_view participle;  ///< "stopped"
    std::string_view danger;      ///< what is asked on a terminal, as "delete"; empty: nothing
    Result<replica::Receipt, replica::Failure> (replica::Replica::*transition)(
        const replica::Principal& id);
};

/// Step after step, of the canister `name_of` each: the first failure stops the rest, and so does
/// Ctrl-C; it is said how far it went.
Done in_order(Context& context, size_t count, const std::function<std::string(size_t)>& name_of,
              const std::function<Done(size_t)>& step);
/// For the canisters of the command line, in order; the first failure stops the rest.
Done for_each_canister(Context& context, const LifecycleVerb& verb);

/// Neither CANISTER nor --all: dfx's and icp's words for a server.
bool no_canister_named(const Context& context);

}  // namespace icvm::cli
