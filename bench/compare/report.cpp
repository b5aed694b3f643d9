#include "bench/compare/report.hpp"

#include <fmt/format.h>

#include <map>

#include "bench/compare/ratios.hpp"

namespace icvm::bench {
namespace {

/// Of the table's own engines and its peers.
std::string header(const Comparison& comparison, const std::string& first) {
    std::string names = "| " + first + " |", line = "|---|";
    for (const Engine& engine : comparison.engines) {
        names += " " + engine.name + " |";
        line += "---:|";
    }
    return names + "\n" + line + "\n";
}

std::string times(const Comparison& comparison) {
    std::string text = "CPU time without the start, in ms:\n\n" + header(comparison, "program");
    for (size_t p = 0; p < comparison.programs.size(); p++) {
        text += fmt::format("| {} |", comparison.programs[p].name);
        for (const Cell& cell : comparison.cells[p])
            text += cell.counts() ? fmt::format(" {:.2f} |", cell.work_ms()) : " |";
        text += "\n";
    }
    text += "| *start* |";
    for (size_t e = 0; e < comparison.engines.size(); e++) {
        std::vector<double> starts;
        for (const auto& row : comparison.cells)
            if (row[e].counts()) starts.push_back(median(row[e].start_ms));
        text += fmt::format(" {:.1f} |", median(starts));
    }
    return text + "\n";
}

std::string ratios(const Comparison& comparison, size_t by) {
    const std::string& name = comparison.engines[by].name;
    std::string text = fmt::format("Ratio to {} (below 1: faster):\n\n", name);
    text += header(comparison, "program");
    for (size_t p = 0; p < comparison.programs.size(); p++) {
        if (!comparison.cells[p][by].counts()) continue;
        text += fmt::format("| {} |", comparison.programs[p].name);
        for (size_t e = 0; e < comparison.engines.size(); e++) {
            const auto value = ratio(comparison, p, e, by);
            text += value ? fmt::format(" {:.2f} |", *value) : " |";
        }
        text += "\n";
    }
    std::string means = "| **geometric mean** |", worst = "| *worst* |", counts = "| *programs* |";
    for (size_t e = 0; e < comparison.engines.size(); e++) {
        const Summary summary = summarize(comparison, e, by);
        means += summary.count != 0 ? fmt::format(" **{:.3f}** |", summary.mean) : " |";
        worst += summary.count != 0 ? fmt::format(" {:.2f} |", summary.worst) : " |";
        counts += fmt::format(" {} |", summary.count);
    }
    return text + means + "\n" + worst + "\n" + counts + "\n";
}

/// How the programs that are compiled in two ways compare, on each engine: "sieve.64" over "sieve".
std::string ways(const Comparison& comparison) {
    std::string text =
        "Time of the same program compiled in another way, over that of its plain "
        "form:\n\n" +
        header(comparison, "program");
    for (size_t p = 0; p < comparison.programs.size(); p++) {
        const std::string source = source_name(comparison.programs[p]);
        if (source == comparison.programs[p].name) continue;
        for (size_t q = 0; q < comparison.programs.size(); q++) {
            if (comparison.programs[q].name != source) continue;
            text += fmt::format("| {} |", comparison.programs[p].name);
            for (size_t e = 0; e < comparison.engines.size(); e++) {
                const Cell &way = comparison.cells[p][e], &plain = comparison.cells[q][e];
                text += way.counts() && plain.counts()
                            ? fmt::format(" {:.2f} |", way.work_ms() / plain.work_ms())
                            : " |";
            }
            text += "\n";
        }
    }
    return text;
}

std::string slower_than_a_peer(const Comparison& comparison) {
    std::string text;
    for (size_t p = 0; p < comparison.programs.size(); p++) {
        const auto peer = best_peer(comparison, p);
        if (!peer) continue;
        for (size_t e = 0; e < comparison.engines.size(); e++) {
            if (comparison.engines[e].kind != EngineKind::own) continue;
            const auto value = ratio(comparison, p, e, *peer);
            if (value && *value > 1)
                text += fmt::format("* {} on {}: {:.2f} of {}\n", comparison.engines[e].name,
                                    comparison.programs[p].name, *value,
                                    comparison.engines[*peer].name);
        }
    }
    return "Slower than a peer that interprets:\n\n" + (text.empty() ? "* nowhere\n" : text);
}

std::string not_run(const Comparison& comparison) {
    std::string text;
    for (size_t e = 0; e < comparison.engines.size(); e++) {
        std::map<std::string, std::string> programs;  // by what the engine says
        for (size_t p = 0; p < comparison.programs.size(); p++) {
            const std::string& problem = comparison.cells[p][e].problem;
            if (!problem.empty())
                programs[problem] += std::string(" ") + comparison.programs[p].name;
        }
        for (const auto& [problem, names] : programs)
            text += fmt::format("* {}:{} (\"{}\")\n", comparison.engines[e].name, names, problem);
    }
    for (const Engine& engine : comparison.absent)
        text += fmt::format("* {}: absent ({} was not found)\n", engine.name, engine.wanted);
    return text.empty() ? "" : "Not run:\n\n" + text;
}

}  // namespace

std::string report(const Comparison& comparison) {
    std::string text = fmt::format("{} rounds; {}.\n\n", comparison.rounds, machine());
    for (const Engine& engine : comparison.engines)
        if (!engine.version.empty()) text += fmt::format("* {}: {}\n", engine.name, engine.version);
    if (const auto by = measure_engine(comparison)) text += "\n" + ratios(comparison, *by);
    text += "\n" + times(comparison) + "\n" + ways(comparison);
    text += "\n" + slower_than_a_peer(comparison) + "\n" + not_run(comparison);
    return text;
}

}  // namespace icvm::bench
