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
/// Of a binary module: its magic number and version.
constexpr u32 header_bytes = 8;
constexpr std::string_view component_header("\0asm\x0d\0\1\0", 8);
constexpr std::string_view byte_order_mark("\xef\xbb\xbf"), utf16_marks[] = {"\xff\xfe",
                                                                             "\xfe\xff"};

/// By what it begins with; a file that is called .wat is text unless it is clearly not.
bool is_text_format(const std::string& path, std::string_view content) {
    if (content.starts_with(wasm_magic) || content.starts_with(gzip_magic)) return false;
    if (path.ends_with(".wat") || content.starts_with(byte_order_mark)) return true;
    const size_t start = content.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return false;
    return content[start] == '(' || content.substr(start).starts_with(";;");
}

/// For what editors and shells put in front of a text, and for scripts.
std::string text_advice(const ModuleSource& source) {
    const std::string_view text = source.text;
    if (text.starts_with(byte_order_mark)) return "save it without a byte order mark";
    for (const std::string_view mark : utf16_marks)
        if (text.starts_with(mark)) return "it is UTF-16: save it as UTF-8";
    return source.path.ends_with(".wast") ? "icvm wast " + shell_word(source.path) : "";
}

Problem text_problem(const ModuleSource& source, const vm::TextError& error) {
    const std::string place = place_name(source, error.position);
    Problem problem = file_problem(fmt::format("{}: {}", place, error.reason));
    problem.reason = error.reason;
    problem.place = place;
    problem.quote = quote_of(source, error.position);
    if (const std::string next = text_advice(source); !next.empty())
        add_note(problem, "next", next);
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

Result<ModuleSource, Problem> read_uncompressed(const std::string& path) {
    ModuleSource source = TRY(read_source(path));
    if (!replica::is_gzip(source.module.bytes)) return source;
    auto content = replica::gunzip(source.module.bytes, replica::module_bytes_max);
    if (!content) {
        const auto& error = content.error();
        return std::unexpected(file_problem(
            fmt::format("{} is not a module: {}", path,
                        error.too_large
                            ? fmt::format("its gzip says {} bytes, more than {}, the limit",
                                          *error.too_large, replica::module_bytes_max)
                            : error.reason),
            advice_for(source.module.bytes)));
    }
    source.module.bytes = std::move(*content);
    return source;
}

std::string advice_for(Bytes bytes) {
    const std::string_view content = text_of(bytes);
    if (content.starts_with(component_header))
        return "it is a component: give the core module that it was made of";
    if (content.starts_with(wasm_magic) || content.starts_with(gzip_magic))
        return "build it again: it is damaged or cut short";
    const size_t start = content.find_first_not_of(" \t\r\n");
    const std::string_view front = start == std::string_view::npos ? "" : content.substr(start, 16);
    for (const char* word : {"actor", "import ", "persistent"})
        if (front.starts_with(word))
            return "it looks like Motoko source: compile it with moc or icp first";
    return "give a .wasm, .wasm.gz or .wat file, as moc, icp, dfx or cargo make it";
}

std::string place_name(const ModuleSource& source, vm::Position position) {
    return fmt::format("{}:{}:{}", source.path, position.line, position.column);
}

void add_places(Problem& problem, const ModuleSource& source) {
    if (!source.is_text()) return;
    for (Frame& frame : problem.frames)
        frame.place = place_name(source, position_of(source.module, frame.offset));
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
    const bool is_headless = error.offset() < header_bytes;
    if (is_headless) add_note(problem, "next", advice_for(source.module.bytes));
    return problem;
}

Result<std::shared_ptr<const vm::CompiledModule>, Problem> load_source(
    const ModuleSource& source, const vm::CompileOptions& options) {
    auto module = vm::load_module(source.module.bytes, options);
    if (!module) return std::unexpected(load_problem(source, module.error()));
    return std::move(*module);
}

}  // namespace icvm::cli
