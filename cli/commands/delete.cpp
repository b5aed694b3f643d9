#include "cli/command.hpp"
#include "cli/lifecycle.hpp"

namespace icvm::cli {

Done command_delete(Context& context) {
    return for_each_canister(
        context, {"delete_canister", "deleted", "delete", &replica::Replica::delete_canister});
}

}  // namespace icvm::cli
