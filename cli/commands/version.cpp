#include <fmt/format.h>

#include "cli/command.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {

constexpr std::string_view version = "0.1.0";

Done command_version(Context& context) {
    context.terminal.result(fmt::format("icvm {}", version));
    context.terminal.detail(fmt::format("dispatcher {}, metering 2025-10", vm::dispatcher_name()));
    context.json.add("version", version);
    context.json.add("dispatcher", vm::dispatcher_name());
    context.json.add("metering", "2025-10");
    return {};
}

}  // namespace icvm::cli
