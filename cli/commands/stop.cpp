#include "cli/command.hpp"
#include "cli/lifecycle.hpp"

namespace icvm::cli {

Done command_stop(Context& context) {
    if (no_canister_named(context)) {
        context.terminal.note(
            "icvm has no server to stop: the state is on disk after every command");
        return {};
    }
    return for_each_canister(context,
                             {"stop_canister", "stopped", "", &replica::Replica::stop_canister});
}

}  // namespace icvm::cli
