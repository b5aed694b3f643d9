#include "bench/compare/ratios.hpp"

#include <cmath>

namespace icvm::bench {

std::optional<size_t> measure_engine(const Comparison& comparison) {
    for (size_t e = 0; e < comparison.engines.size(); e++)
        if (comparison.engines[e].kind == EngineKind::interpreter) return e;
    return std::nullopt;
}

std::optional<double> ratio(const Comparison& comparison, size_t p, size_t e, size_t by) {
    const std::vector<Cell>& cells = comparison.cells[p];
    if (!cells[e].counts() || !cells[by].counts()) return std::nullopt;
    return cells[e].work_ms() / cells[by].work_ms();
}

Summary summarize(const Comparison& comparison, size_t e, size_t by) {
    Summary summary;
    double logarithms = 0;
    for (size_t p = 0; p < comparison.programs.size(); p++) {
        const auto value = ratio(comparison, p, e, by);
        if (!value) continue;
        summary.count++;
        logarithms += std::log(*value);
        if (*value > summary.worst) {
            summary.worst = *value;
            summary.where = comparison.programs[p].name;
        }
    }
    if (summary.count != 0) summary.mean = std::exp(logarithms / double(summary.count));
    return summary;
}

std::optional<size_t> best_peer(const Comparison& comparison, size_t p) {
    std::optional<size_t> best;
    for (size_t e = 0; e < comparison.engines.size(); e++) {
        if (comparison.engines[e].kind != EngineKind::interpreter) continue;
        const Cell& cell = comparison.cells[p][e];
        if (!cell.counts()) continue;
        if (!best || cell.work_ms() < comparison.cells[p][*best].work_ms()) best = e;
    }
    return best;
}

}  // namespace icvm::bench
