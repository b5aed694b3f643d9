#include "cli/module_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/input.hpp"
#include "cli/spelling.hpp"
#include "cli/utf8.hpp"

namespace icvm::cli {
namespace {

constexpr std::string_view wasm_magic("\0asm", 4);
constexpr std::string_view gzip_magic("\x1f\x8b");

/// By what it begins with; a file that is called .wat is text unless it is clearly not.
bool is_text_format(const std::string& path, std::string_view content) {
    if (content.starts_with(wasm_magic) || content.starts_with(gzip_magic)) return false;
    if (path.ends_with(".wat")) return true;
    const size_t start = content.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return false;
    return content[start] == '(' || content.substr(start).starts_with(";;");
}

Problem text_problem(const ModuleSource& source, const vm::TextError& error) {
    const std::string place = place_name(source, error.position);
    Problem problem = file_problem(fmt::format("{}: {}", place, error.reason));
    problem.reason = error.reason;
    problem.place = place;
    problem.quote = quote_of(source, error.position);
    return problem;
}

}  // namespace

Result<ModuleSource, Problem> read_source(const std::string& path) {
    ModuleSource source{.path = path, .module = {}, .text = {}};
    source.module.bytes = TRY(read_file(path));
    const std::string_view content = text_of(source.module.bytes);
    if (content.empty())
        return std::unexpected(file_problem(fmt::format("{} is not a module: it is empty", path),
                                            path.ends_with(".wat") ? "" : "build it again"));
    if (!is_text_format(path, content)) return source;
    source.text = std::string(content);
    auto parsed = vm::parse_module(source.text);
    if (!parsed) return std::unexpected(text_problem(source, parsed.error()));
    source.module = std::move(*parsed);
    return source;
}

std::string place_name(const ModuleSource& source, vm::Position position) {
    return fmt::format("{}:{}:{}", source.path, position.line, position.column);
}

std::string quote_of(const ModuleSource& source, vm::Position position) {
    const std::string quote = vm::quote_line(source.text, position);
    if (quote.starts_with('\n')) return {};  // the text ends behind its last line
    std::string text;
    for (std::string_view rest = quote; !rest.empty();) {
        const size_t length = utf8_length(rest);
        text += length == 0 ? "\uFFFD" : rest.substr(0, length);
        rest.remove_prefix(std::max<size_t>(length, 1));
    }
    return text;
}

Problem load_problem(const ModuleSource& source, const vm::LoadError& error) {
    if (source.is_text())
        return text_problem(source, {position_of(source.module, error.offset()), error.reason()});
    Problem problem = file_problem(
        fmt::format("{} is not a valid module: {}", source.path, vm::to_string(error)));
    problem.reason = error.reason();
    return problem;
}

Done check_uncompressed(const ModuleSource& source) {
    if (!text_of(source.module.bytes).starts_with(gzip_magic)) return {};
    return std::unexpected(file_problem(fmt::format("{} is compressed", source.path),
                                        "gunzip -k " + shell_word(source.path)));
}

Result<std::shared_ptr<const vm::CompiledModule>, Problem> load_source(
    const ModuleSource& source, const vm::CompileOptions& options) {
    TRY(check_uncompressed(source));
    auto module = vm::load_module(source.module.bytes, options);
    if (!module) return std::unexpected(load_problem(source, module.error()));
    return std::move(*module);
}

}  // namespace icvm::cli
