#include "cli/command.hpp"
#include "cli/module_source.hpp"

namespace icvm::cli {
namespace {

Done check_file(const std::string& path) {
    TRY(load_source(TRY(read_uncompressed(path)), {}));
    return {};
}

}  // namespace

/// Silent when all is well; else every bad file has its error, the last of them as the command's.
Done command_validate(Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.operands.empty())
        return std::unexpected(usage_problem("which modules?", invocation.command));
    JsonArray files;
    Done last{};
    for (const std::string& path : invocation.operands) {
        Done checked = check_file(path);
        JsonObject file;
        file.add("file", path);
        file.add("valid", checked.has_value());
        if (!checked) file.add_json("error", json_of(checked.error()));
        files.add_json(file.text());
        if (checked) continue;
        if (!last) context.terminal.problem(last.error());
        last = std::move(checked);
        if (last.error().diagnostic.exit_code == exit_code::interrupted) break;
    }
    context.json.add_json("files", files.text());
    return last;
}

}  // namespace icvm::cli
