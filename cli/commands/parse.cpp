#include <unistd.h>

#include "cli/command.hpp"
#include "cli/module_source.hpp"
#include "cli/output.hpp"

namespace icvm::cli {

/// Says nothing when all is well. Typing rules are for `icvm validate`.
Done command_parse(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.size() != 1)
        return std::unexpected(usage_problem("one module is needed", invocation.command));
    const ModuleSource source = TRY(read_source(invocation.operands[0]));
    const bool to_terminal = !invocation.has("output") && isatty(STDOUT_FILENO) == 1;
    if (to_terminal && !context.terminal.is_json())
        return std::unexpected(
            usage_problem("a terminal does not show bytes: -o FILE.wasm", invocation.command));
    context.json.add("bytes", u64(source.module.bytes.size()));
    return write_output(context, source.module.bytes);
}

}  // namespace icvm::cli
