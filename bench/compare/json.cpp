#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "bench/compare/report.hpp"

namespace icvm::bench {
namespace {

std::string quoted(const std::string& text) {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') json += '\\';
        if (u8(c) < 0x20)
            json += fmt::format("\\u{:04x}", u32(u8(c)));
        else
            json += c;
    }
    return json + "\"";
}

std::string numbers(const std::vector<double>& values) {
    std::string json;
    for (const double value : values)
        json += fmt::format("{}{:.3f}", json.empty() ? "" : ", ", value);
    return "[" + json + "]";
}

std::string now() {
    char text[32];
    const std::time_t time = std::time(nullptr);
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&time));
    return text;
}

/// The rest of the first line of a file that begins with `key`.
std::string line_of(const char* path, const std::string& key) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key)) return line.substr(key.size());
    return {};
}

std::string cell_json(const Engine& engine, const Program& program, const Cell& cell) {
    if (!cell.counts())
        return fmt::format("    {{\"program\": {}, \"engine\": {}, \"problem\": {}}}",
                           quoted(program.name), quoted(engine.name), quoted(cell.problem));
    return fmt::format(
        "    {{\"program\": {}, \"engine\": {}, \"n\": {}, \"work_ms\": {:.3f}, \"start_ms\": {}, "
        "\"full_ms\": {}}}",
        quoted(program.name), quoted(engine.name), program.n, cell.work_ms(),
        numbers(cell.start_ms), numbers(cell.full_ms));
}

}  // namespace

std::string machine() {
    std::string model = line_of("/proc/cpuinfo", "model name");
    model = model.substr(std::min(model.size(), model.find(": ") + 2));
    const std::string load = line_of("/proc/loadavg", "");
    return fmt::format("{}, {} cores, load {}", model, std::thread::hardware_concurrency(),
                       load.substr(0, load.find(' ')));
}

std::string json(const Comparison& comparison) {
    std::string engines, cells;
    for (const Engine& engine : comparison.engines)
        engines +=
            fmt::format("{}    {{\"name\": {}, \"version\": {}}}", engines.empty() ? "" : ",\n",
                        quoted(engine.name), quoted(engine.version));
    for (size_t p = 0; p < comparison.programs.size(); p++)
        for (size_t e = 0; e < comparison.engines.size(); e++)
            cells +=
                (cells.empty() ? "" : ",\n") +
                cell_json(comparison.engines[e], comparison.programs[p], comparison.cells[p][e]);
    return fmt::format(
        "{{\n  \"date\": {},\n  \"machine\": {},\n  \"rounds\": {},\n  \"engines\": [\n{}\n  ],\n"
        "  \"results\": [\n{}\n  ]\n}}\n",
        quoted(now()), quoted(machine()), comparison.rounds, engines, cells);
}

}  // namespace icvm::bench
