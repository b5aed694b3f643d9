#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/explanation.hpp"

namespace icvm::cli {
namespace {

Problem unknown_code(const std::string& word) {
    std::string text = fmt::format("there is no error code `{}`", word);
    const std::string_view near = nearest_code(word);
    if (!near.empty()) text += fmt::format("; the nearest is {}", near);
    Problem problem = usage_problem(std::move(text));
    add_note(problem, "next", "icvm explain   # lists them");
    return problem;
}

std::string json_of(const Explanation& row) {
    JsonObject json;
    json.add("code", row.code);
    json.add("name", row.name);
    json.add("what", row.what);
    json.add("why", row.why);
    if (!row.next.empty()) json.add("next", row.next);
    return json.text();
}

}  // namespace

Done command_explain(Context& context) {
    const auto& operands = context.invocation.operands;
    JsonArray json;
    for (const std::string& word : operands) {
        const Explanation* row = find_explanation(word);
        if (row == nullptr) return std::unexpected(unknown_code(word));
        context.terminal.result(fmt::format("{} {}: {}", row->code, row->name, row->what));
        context.terminal.result(fmt::format("  why   : {}", row->why));
        if (!row->next.empty()) context.terminal.result(fmt::format("  next  : {}", row->next));
        json.add_json(json_of(*row));
    }
    for (const Explanation& row : explanations()) {
        if (!operands.empty()) break;
        context.terminal.result(fmt::format("{:<6}  {}", row.code, row.what));
        json.add_json(json_of(row));
    }
    context.json.add_json("codes", json.text());
    return {};
}

}  // namespace icvm::cli
