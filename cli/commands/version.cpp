#include <fmt/format.h>

#include "cli/command.hpp"
#include "vm/vm.hpp"

namespace icvm::cli {

constexpr std::string_view version = "0.1.0";

Done command_version(Context& context) {
    context.terminal.result(fmt::format("icvm {}", version));
    context.terminal.detail(
        fmt::format("dispatcher {}, metering {}", vm::dispatcher_name(), vm::default_costs().name));
    context.json.add("version", version);
    context.json.add("dispatcher", vm::dispatcher_name());
    context.json.add("metering", vm::default_costs().name);
    return {};
}

}  // namespace icvm::cli
