#include "vm/script/script_module.hpp"

#include <fmt/format.h>

#include "vm/text/parser.hpp"

namespace icvm::vm {
namespace {

/// A position in the module's text as one in the script; of a quoted text, by its own lines.
std::string place_of(const ScriptModule& module, Position position) {
    if (module.form == ScriptModule::Form::quote)
        return fmt::format("line {}, column {} of the quoted text", position.line, position.column);
    const u32 column = position.column + (position.line == 1 ? module.position.column - 1 : 0);
    return fmt::format("line {}, column {}", position.line + module.position.line - 1, column);
}

u32 offset_of(const LoadError& error) {
    return std::visit([](const auto& one) { return one.offset; }, error);
}

Stop stop_of(const LoadError& error) {
    if (const auto* malformed = std::get_if<Malformed>(&error))
        return {Stop::Kind::malformed, malformed->reason};
    return {Stop::Kind::invalid, std::get<Invalid>(error).reason};
}

}  // namespace

std::string_view to_string(Stop::Kind kind) {
    constexpr std::string_view names[] = {"a mistake in the script",
                                          "malformed",
                                          "invalid",
                                          "unlinkable",
                                          "trap",
                                          "exception",
                                          "exhaustion"};
    return names[size_t(kind)];
}

Result<std::shared_ptr<const CompiledModule>, Stop> load_script_module(
    const ScriptModule& module, const CompileOptions& options) {
    ParsedModule parsed;
    if (module.form == ScriptModule::Form::binary) {
        parsed.bytes = module.bytes;
    } else {
        auto text = parse_module(module.text);
        if (!text)
            return std::unexpected(Stop{Stop::Kind::malformed, std::move(text.error().reason),
                                        place_of(module, text.error().position)});
        parsed = std::move(*text);
    }
    auto loaded = load_module(std::move(parsed.bytes), options);
    if (loaded) return std::move(*loaded);
    Stop stop = stop_of(loaded.error());
    const u32 offset = offset_of(loaded.error());
    stop.place = module.form == ScriptModule::Form::binary
                     ? fmt::format("offset {:#x}", offset)
                     : place_of(module, position_of(parsed, offset));
    return std::unexpected(std::move(stop));
}

}  // namespace icvm::vm
