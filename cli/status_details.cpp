#include "cli/status_details.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/moment.hpp"
#include "cli/number.hpp"
#include "cli/status_text.hpp"

namespace icvm::cli {
namespace {

using replica::Canister;

constexpr size_t changes_shown = 3;
constexpr size_t calls_shown = 10;

std::string origin_text(const Session& session, const replica::CallOrigin& origin) {
    if (const auto* ingress = std::get_if<replica::IngressOrigin>(&origin))
        return fmt::format("call {} of {}", message_text(ingress->id), ingress->sender.text());
    if (const auto* canister = std::get_if<replica::CanisterOrigin>(&origin))
        return "a call of " + target_of(session, canister->sender).who;
    return "a task of the system";
}

std::string change_text(const replica::CanisterChange& change) {
    struct {
        std::string operator()(const replica::CreationChange&) const { return "created"; }
        std::string operator()(const replica::UninstallChange&) const { return "uninstalled"; }
        std::string operator()(const replica::DeploymentChange& change) const {
            constexpr std::string_view words[] = {"installed", "reinstalled", "upgraded to"};
            return fmt::format("{} {}", words[size_t(change.mode)], short_hash(change.module_hash));
        }
        std::string operator()(const replica::LoadSnapshotChange& change) const {
            return "loaded snapshot " + hex(change.snapshot_id);
        }
        std::string operator()(const replica::ControllersChange& change) const {
            return fmt::format("controllers changed, {} now", change.controllers.size());
        }
    } text;
    return std::visit(text, change.details);
}

size_t waiting_messages(const Canister& canister) {
    size_t count = canister.calls.ingress().size();
    for (const auto& [sender, queue] : canister.calls.inputs()) count += queue.size();
    return count;
}

u64 unanswered_contexts(const Canister& canister) {
    return u64(std::ranges::count_if(canister.calls.contexts(),
                                     [](const auto& entry) { return !entry.second.responded; }));
}

}  // namespace

std::vector<std::pair<std::string_view, u64>> memory_by_kind(const Canister& canister) {
    std::vector<std::pair<std::string_view, u64>> kinds;
    const auto add = [&](std::string_view kind, u64 bytes) {
        if (bytes != 0) kinds.emplace_back(kind, bytes);
    };
    if (canister.code) {
        const replica::InstalledCode& code = *canister.code;
        u64 globals = 0;
        for (const vm::Value& global : code.globals) globals += 8 * global.type.slots();
        add("heap", code.heap_pages * vm::wasm_page_bytes);
        add("stable", code.stable_pages * vm::wasm_page_bytes);
        add("module", code.module_bytes);
        add("custom sections", code.custom_section_bytes);
        add("globals", globals);
    }
    u64 snapshots = 0;
    for (const replica::Snapshot& snapshot : canister.snapshots) snapshots += snapshot.bytes();
    add("chunks", canister.chunks.size() * replica::chunk_bytes_max);
    add("snapshots", snapshots);
    add("history", canister.history.bytes());
    return kinds;
}

std::string timer_text(const Canister& canister, u64 now_ns) {
    const u64 timer = canister.global_timer;
    if (timer == 0) return "off";
    if (timer <= now_ns) return "due since " + moment_text(timer);
    return fmt::format("{}, in {}", moment_text(timer), duration_text(timer - now_ns));
}

std::string_view hook_text(replica::HookStatus status) {
    switch (status) {
        case replica::HookStatus::condition_not_satisfied: return "not due";
        case replica::HookStatus::ready: return "due in the next round";
        case replica::HookStatus::executed: return "executed";
    }
    return "";
}

std::vector<std::string> call_lines(const Session& session, const Canister& canister) {
    std::vector<std::string> lines;
    for (const auto& [id, context] : canister.calls.contexts())
        lines.push_back(fmt::format("{} {}, since {}", context.responded ? "answered" : "to answer",
                                    origin_text(session, context.origin),
                                    moment_text(context.created_ns)));
    for (const auto& [id, callback] : canister.calls.callbacks())
        lines.push_back("awaits " + target_of(session, callback.respondent).who);
    if (lines.size() > calls_shown) {
        const size_t more = lines.size() - calls_shown;
        lines.resize(calls_shown);
        lines.push_back(fmt::format("and {} more", more));
    }
    if (const size_t waiting = waiting_messages(canister); waiting != 0)
        lines.push_back(fmt::format("{} in the queues", waiting));
    return lines;
}

std::vector<std::string> history_lines(const Canister& canister) {
    std::vector<std::string> lines;
    const auto& recent = canister.history.recent();
    const size_t shown = std::min(recent.size(), changes_shown);
    for (size_t i = recent.size() - shown; i < recent.size(); i++)
        lines.push_back(fmt::format("{} version {} {}, by {}", moment_text(recent[i].time_ns),
                                    recent[i].version, change_text(recent[i]),
                                    recent[i].origin.principal.text()));
    return lines;
}

void add_details(JsonObject& json, const Session& session, const Canister& canister) {
    JsonObject memory;
    for (const auto& [kind, bytes] : memory_by_kind(canister)) memory.add(kind, bytes);
    json.add("memory_bytes", replica::memory_usage_bytes(canister));
    json.add_json("memory", memory.text());
    json.add("log_bytes", canister.log.bytes());
    json.add("reserved_cycles", decimal(canister.reserved_cycles));
    const auto& schedule = session.replica.schedule();
    json.add("idle_cycles_burned_per_day",
             decimal(schedule.idle_cycles_burned_per_day(replica::holdings(canister))));
    json.add("global_timer_ns", fmt::format("{}", canister.global_timer));
    json.add("low_memory_hook", hook_text(canister.low_memory_hook));
    JsonObject calls;
    calls.add("to_answer", unanswered_contexts(canister));
    calls.add("awaited", u64(canister.calls.callbacks().size()));
    calls.add("queued", u64(waiting_messages(canister)));
    json.add_json("calls", calls.text());
    json.add("snapshots", u64(canister.snapshots.size()));
    JsonArray changes;
    for (const std::string& line : history_lines(canister)) changes.add(line);
    json.add("history_total", canister.history.total);
    json.add_json("history", changes.text());
    json.add_json("settings", json_of(canister.settings));
}

}  // namespace icvm::cli
