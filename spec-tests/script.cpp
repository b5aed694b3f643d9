#include "spec-tests/script.hpp"

#include <charconv>
#include <fstream>
#include <iterator>

#include "spec-tests/json.hpp"

namespace icvm::spec_tests {
namespace {

std::optional<vm::ValueType> read_type(const std::string& text) {
    for (const vm::ValueType type : {vm::types::i32, vm::types::i64, vm::types::f32, vm::types::f64,
                                     vm::types::funcref, vm::types::externref})
        if (to_string(type) == text) return type;
    return std::nullopt;
}

/// References of the host are their number plus one, since null is zero.
u64 read_bits(const Json& json, vm::ValueType type) {
    const std::string& text = json["value"].text;
    u64 bits = 0;
    std::from_chars(text.data(), text.data() + text.size(), bits);
    return type == vm::types::externref && text != "null" ? bits + 1 : bits;
}

std::optional<Expectation> read_expectation(const Json& json) {
    const auto type = read_type(json["type"].text);
    if (!type) return std::nullopt;
    Expectation expectation{Expectation::Kind::bits, {*type, read_bits(json, *type)}};
    const std::string& text = json["value"].text;
    if (text == "nan:canonical") expectation.kind = Expectation::Kind::canonical_nan;
    if (text == "nan:arithmetic") expectation.kind = Expectation::Kind::arithmetic_nan;
    if (type->is_reference() && text.empty()) expectation.kind = Expectation::Kind::any_reference;
    return expectation;
}

void read_action(const Json& json, Command& command) {
    Action& action = command.action;
    action.is_invoke = json["type"].text == "invoke";
    action.module = json["module"].text;
    action.field = json["field"].text;
    for (const Json& argument : json["args"].elements) {
        const auto type = read_type(argument["type"].text);
        if (type) {
            action.arguments.push_back({*type, read_bits(argument, *type)});
        } else {
            command.has_vectors = true;
        }
    }
}

Command read_command(const Json& json) {
    Command command;
    command.type = json["type"].text;
    command.line = json["line"].text;
    command.name = json["name"].text;
    command.as = json["as"].text;
    command.filename = json["filename"].text;
    command.is_text = json["module_type"].text == "text";
    command.text = json["text"].text;
    read_action(json["action"], command);
    for (const Json& item : json["expected"].elements) {
        const auto expectation = read_expectation(item);
        if (expectation) {
            command.expected.push_back(*expectation);
        } else {
            command.has_vectors = true;
        }
    }
    return command;
}

}  // namespace

std::optional<Script> read_script(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto json = parse_json(text);
    if (!json || (*json)["commands"].elements.empty()) return std::nullopt;
    Script script;
    script.source = (*json)["source_filename"].text;
    for (const Json& item : (*json)["commands"].elements)
        script.commands.push_back(read_command(item));
    return script;
}

}  // namespace icvm::spec_tests
