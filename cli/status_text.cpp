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

std::string json_list(const std::vector<replica::Principal>& principals) {
    JsonArray list;
    for (const auto& principal : principals) list.add(principal.text());
    return list.text();
}

std::string json_value(u128 amount) { return json_string(decimal(amount)); }
std::string json_value(const std::vector<replica::Principal>& principals) {
    return json_list(principals);
}
std::string json_value(const replica::Visibility& visibility) {
    using Kind = replica::Visibility::Kind;
    if (visibility.kind == Kind::allowed_viewers) return json_list(visibility.viewers);
    return json_string(visibility.kind == Kind::everyone ? "public" : "controllers");
}

}  // namespace

std::string json_of(const replica::Settings& settings) {
    JsonObject json;
#define SETTING(key, field, unit, help) json.add_json(#field, json_value(settings.field));
#include "cli/settings.def"
    JsonObject variables;
    for (const auto& [name, value] : settings.environment_variables)
        variables.add_json(name, json_string(value));
    json.add_json("environment_variables", variables.text());
    return json.text();
}

JsonObject json_object_of(const Target& target, const replica::CanisterStatus& status) {
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
    return json;
}

}  // namespace icvm::cli
