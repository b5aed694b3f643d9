#include "cli/command.hpp"
#include "cli/module_source.hpp"
#include "cli/output.hpp"

namespace icvm::cli {

/// Of a text, too: it is parsed, and printed in the printer's own form.
Done command_print(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.size() != 1)
        return std::unexpected(usage_problem("one module is needed", invocation.command));
    const ModuleSource source = TRY(read_uncompressed(invocation.operands[0]));
    const auto text = vm::print_module(source.module.bytes);
    if (!text) {
        // Whoever loads it tells the place, too.
        const auto loaded = vm::load_module(source.module.bytes, {});
        return std::unexpected(load_problem(source, loaded ? text.error() : loaded.error()));
    }
    if (!invocation.has("output")) context.json.add("text", *text);
    return write_output(context, bytes_of(*text));
}

}  // namespace icvm::cli
