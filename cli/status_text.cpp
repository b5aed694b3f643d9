#include "cli/status_text.hpp"

#include "cli/number.hpp"

namespace icvm::cli {

std::string_view word_of(replica::Status status) {
    switch (status) {
        case replica::Status::running: return "running";
        case replica::Status::stopping: return "stopping";
        case replica::Status::stopped: return "stopped";
    }
    return "";
}

namespace {

std::string decimal(u128 value) {
    std::string text = grouped(value);
    std::erase(text, '_');
    return text;
}

}  // namespace

std::string json_of(const Target& target, const replica::CanisterStatus& status) {
    JsonObject json;
    json.add("id", target.id.text());
    json.add("name", status.name);
    json.add("status", word_of(status.status));
    if (status.module_hash) json.add("module_hash", hex(*status.module_hash));
    json.add("module_bytes", status.module_bytes);
    json.add("module_path", status.module_path);
    json.add("heap_bytes", status.heap_bytes);
    json.add("stable_bytes", status.stable_bytes);
    json.add("enhanced_persistence", status.enhanced_persistence);
    json.add("version", status.version);
    json.add("cycles", decimal(status.cycles));
    JsonArray controllers;
    for (const auto& controller : status.controllers) controllers.add(controller.text());
    json.add_json("controllers", controllers.text());
    return json.text();
}

}  // namespace icvm::cli
