#include <unistd.h>

#include "cli/command.hpp"
#include "cli/module_source.hpp"
#include "cli/output.hpp"

namespace icvm::cli {

namespace {

/// What comes in the binary format goes out as it came, when it is a module at all.
Done check_format(const ModuleSource& source) {
    const auto module = vm::read_module(source.module.bytes);
    if (!module) return std::unexpected(load_problem(source, module.error()));
    return {};
}

}  // namespace

/// Says nothing when all is well. Typing rules are for `icvm validate`.
Done command_parse(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.size() != 1)
        return std::unexpected(usage_problem("one module is needed", invocation.command));
    const ModuleSource source = TRY(read_uncompressed(invocation.operands[0]));
    if (!source.is_text()) TRY(check_format(source));
    const bool to_terminal = !invocation.has("output") && isatty(STDOUT_FILENO) == 1;
    if (to_terminal && !context.terminal.is_json())
        return std::unexpected(
            usage_problem("a terminal does not show bytes: -o FILE.wasm", invocation.command));
    context.json.add("bytes", u64(source.module.bytes.size()));
    return write_output(context, source.module.bytes);
}

}  // namespace icvm::cli
