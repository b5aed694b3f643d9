#include "bench/compare/engines.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "bench/compare/process.hpp"

namespace icvm::bench {
namespace {

/// What Node.js, which has no command for it, is told to do.
#define JAVASCRIPT                                                         \
    "WebAssembly.instantiate(require('fs').readFileSync(process.argv[1]))" \
    ".then(made => made.instance.exports.run(Number(process.argv[2])))"    \
    ".then(console.log, why => { console.error(why.message); process.exit(1) })"

struct Row {
    const char* name;
    EngineKind kind;
    const char* executable;
    std::vector<std::string> arguments;
};

std::vector<Row> rows() {
    using enum EngineKind;
    return {
#define ENGINE(name, kind, executable, ...) {name, kind, executable, {__VA_ARGS__}},
#include "bench/compare/engines.def"
#undef ENGINE
    };
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    if (const size_t at = text.find(what); at != std::string::npos)
        text.replace(at, what.size(), by);
    return text;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

/// Its path in the folder ENGINES or on PATH; empty: it is nowhere.
std::string find_executable(const std::string& name) {
    std::istringstream folders(environment("ENGINES") + ":" + environment("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string path = folder + "/" + name;
        if (!folder.empty() && access(path.c_str(), X_OK) == 0) return path;
    }
    return {};
}

std::string locate(const std::string& executable, const std::string& self) {
    if (executable == "{self}") return self;
    if (!executable.starts_with("{natives}")) return find_executable(executable);
    const std::string folder = environment("NATIVES");
    return folder.empty() ? "" : replaced(executable, "{natives}", folder);
}

std::string version_of(const Engine& engine) {
    if (engine.kind == EngineKind::own || engine.executable.find('{') != std::string::npos)
        return {};
    const Finished finished = run_process({engine.executable, "--version"}, 5);
    return finished.well ? finished.output.substr(0, finished.output.find('\n')) : "";
}

}  // namespace

std::vector<Engine> find_engines(const std::string& own_executable) {
    std::vector<Engine> engines;
    for (const Row& row : rows()) {
        Engine engine{row.name,       row.kind,      locate(row.executable, own_executable),
                      row.executable, row.arguments, {}};
        if (!engine.executable.empty()) engine.version = version_of(engine);
        engines.push_back(std::move(engine));
    }
    return engines;
}

std::vector<std::string> command_of(const Engine& engine, const Program& program, u32 n) {
    std::vector<std::string> command = {
        replaced(engine.executable, "{name}", source_name(program))};
    for (const std::string& argument : engine.arguments)
        command.push_back(
            replaced(replaced(argument, "{module}", path_of(program)), "{n}", std::to_string(n)));
    return command;
}

// "2", "-7", "Result: 2", "0x2:i32", "run(i32:3) => i32:2"
bool read_checksum(const std::string& output, u32& checksum) {
    std::string text = output.substr(0, output.find_last_not_of(" \n") + 1);
    if (text.ends_with(":i32")) text.resize(text.size() - 4);
    size_t begin = text.find_last_not_of("0123456789abcdefx-");
    begin = begin == std::string::npos ? 0 : begin + 1;
    const std::string number = text.substr(begin);
    char* end = nullptr;
    checksum = u32(std::strtoll(number.c_str(), &end, number.starts_with("0x") ? 16 : 10));
    return !number.empty() && *end == 0;
}

}  // namespace icvm::bench
