#include "cli/command.hpp"
#include "cli/lifecycle.hpp"

namespace icvm::cli {

Done command_uninstall(Context& context) {
    return for_each_canister(
        context, {"uninstall_code", "uninstalled", "uninstall", &replica::Replica::uninstall_code});
}

}  // namespace icvm::cli
