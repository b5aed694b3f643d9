#include <fmt/format.h>

#include <algorithm>

#include "cli/command.hpp"
#include "cli/number.hpp"
#include "cli/session.hpp"
#include "cli/status_text.hpp"

namespace icvm::cli {
namespace {

std::string table_line(const replica::CanisterStatus& status, size_t width) {
    const std::string hash = status.module_hash ? short_hash(*status.module_hash) : "empty";
    return fmt::format("{:<{}}  {}  {:<8}  {:<11}  heap {:<9} stable {}",
                       status.name.empty() ? "-" : status.name, width, status.id.text(),
                       word_of(status.status), hash, short_size(status.heap_bytes),
                       short_size(status.stable_bytes));
}

}  // namespace

Done command_ls(Context& context) {
    if (!context.invocation.operands.empty())
        return std::unexpected(usage_problem("ls takes no arguments", context.invocation.command));
    const Session session = TRY(open_session(context, StateUse::existing));
    std::vector<replica::CanisterStatus> all;
    size_t width = 0;
    JsonArray json;
    for (const auto& id : session.replica.canisters()) {
        const Target target = target_of(session, id);
        all.push_back(TRY(status_of(session, target)));
        width = std::max(width, all.back().name.size());
        json.add_json(json_object_of(target, all.back()).text());
    }
    if (all.empty()) context.terminal.note("no canisters");
    for (const auto& status : all) context.terminal.result(table_line(status, width));
    context.json.add_json("canisters", json.text());
    return {};
}

}  // namespace icvm::cli
