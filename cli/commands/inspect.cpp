#include <fmt/format.h>
#include <unistd.h>

#include "cli/command.hpp"
#include "cli/module_file.hpp"
#include "cli/number.hpp"
#include "cli/session.hpp"
#include "cli/spelling.hpp"

namespace icvm::cli {
namespace {

/// Words in lines of at most 100 columns, under a label of 14.
void print_list(Terminal& terminal, std::string_view label, const std::vector<std::string>& words) {
    constexpr size_t columns = 100, indent = 14;
    std::string line = fmt::format("{:<{}}", label, indent);
    bool first = true;
    for (const std::string& word : words) {
        if (!first && line.size() + 1 + word.size() > columns) {
            terminal.result(line);
            line = std::string(indent, ' ');
            first = true;
        }
        line += first ? word : " " + word;
        first = false;
    }
    if (!words.empty()) terminal.result(line);
}

void print(Context& context, const std::string& label, const replica::ModuleInfo& info,
           u64 given_bytes) {
    Terminal& terminal = context.terminal;
    const Service service = service_of(info);
    terminal.result(fmt::format("{}  {}", label, summary_of(info)));
    terminal.result(fmt::format("hash          {}", hex(info.hash)));
    terminal.result(
        fmt::format("size          {} bytes{}", grouped(info.wasm_bytes),
                    info.gzip ? fmt::format(" ({} in gzip)", grouped(given_bytes)) : ""));
    terminal.result(fmt::format("functions     {}, globals {}, data segments {}",
                                grouped(info.functions), grouped(info.globals),
                                grouped(info.data_segments)));
    print_list(terminal, "entry points", info.entry_points);
    print_list(terminal, "imports", info.imports);
    std::vector<std::string> sections;
    for (const auto& [name, bytes] : info.custom_sections)
        sections.push_back(fmt::format("{} ({})", name, short_size(bytes)));
    print_list(terminal, "sections", sections);
    if (service != nullptr)
        terminal.result(fmt::format("init          {}", replica::candid::init_signature(*service)));
    const auto lines = method_lines(info, service);
    if (!lines.empty()) terminal.result("methods");
    for (const std::string& line : lines) terminal.result(line);
    if (info.refusal.empty()) return;
    terminal.result(fmt::format("refused       {}", info.refusal));
}

void add_json(JsonObject& json, const replica::ModuleInfo& info) {
    json.add("hash", hex(info.hash));
    json.add("bytes", info.wasm_bytes);
    json.add("gzip", info.gzip);
    json.add("memory64", info.memory64);
    json.add("enhanced_persistence", info.enhanced_persistence);
    json.add("compiler", info.compiler);
    json.add("functions", u64(info.functions));
    json.add("globals", u64(info.globals));
    json.add("data_segments", u64(info.data_segments));
    json.add_json("methods", methods_json(info, service_of(info)));
    JsonArray entry_points, imports, sections;
    for (const std::string& name : info.entry_points) entry_points.add(name);
    for (const std::string& name : info.imports) imports.add(name);
    for (const auto& [name, bytes] : info.custom_sections) {
        JsonObject section;
        section.add("name", name);
        section.add("bytes", bytes);
        sections.add_json(section.text());
    }
    json.add_json("entry_points", entry_points.text());
    json.add_json("imports", imports.text());
    json.add_json("custom_sections", sections.text());
    json.add("candid", info.candid);
    if (!info.refusal.empty()) json.add("refusal", info.refusal);
}

Done inspect_canister(Context& context, const std::string& word) {
    const Session session = TRY(open_session(context, StateUse::existing));
    const Target target = TRY(find_canister(context, session, word));
    const auto status = TRY(status_of(session, target));
    auto info = session.replica.module_info(target.id);
    if (!info)
        return std::unexpected(
            problem_of(info.error(), {target.name, target.who, "inspect", "unchanged"}));
    context.json.add_json("canister", json_of(target));
    if (!*info) {
        context.terminal.note(target.who + " is empty");
        return {};
    }
    print(context, target.who, **info, status.module_bytes);
    add_json(context.json, **info);
    return {};
}

}  // namespace

Done command_inspect(Context& context) {
    const auto& operands = context.invocation.operands;
    if (operands.size() != 1)
        return std::unexpected(
            usage_problem("one module or canister is needed", context.invocation.command));
    const std::string& word = operands[0];
    const bool file = is_module_name(word) || word == "-" || word.find('/') != std::string::npos;
    if (!file && (state_exists(context) || access(word.c_str(), F_OK) != 0))
        return inspect_canister(context, word);
    const ModuleFile module = TRY(read_module(word));
    print(context, word, module.info, module.bytes().size());
    add_json(context.json, module.info);
    return {};
}

}  // namespace icvm::cli
