#include "bench/compare/measure.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "bench/compare/process.hpp"

namespace icvm::bench {
namespace {

constexpr u32 cpu_seconds_max = 20;
/// A slow engine need not keep the others waiting: a cell that took so long has enough samples.
constexpr double cell_ms_max = 3000;
constexpr size_t samples_min = 3;

bool is_done(const Cell& cell) {
    const double spent = std::accumulate(cell.full_ms.begin(), cell.full_ms.end(), 0.0);
    return !cell.problem.empty() || (spent > cell_ms_max && cell.full_ms.size() >= samples_min);
}

std::string why(const Finished& finished) {
    const size_t end = finished.output.find('\n');
    return finished.output.empty() ? "failed"
                                   : finished.output.substr(0, std::min(end, size_t(90)));
}

void sample(const Engine& engine, const Program& program, Cell& cell) {
    u32 checksum = 0;
    const Finished start = run_process(command_of(engine, program, 1), cpu_seconds_max);
    if (!start.well || !read_checksum(start.output, checksum)) {
        cell.problem = why(start);
        return;
    }
    const Finished full = run_process(command_of(engine, program, program.n), cpu_seconds_max);
    if (!full.well || !read_checksum(full.output, checksum))
        cell.problem = why(full);
    else if (checksum != program.checksum)
        cell.problem = "wrong checksum: " + why(full);
    cell.start_ms.push_back(start.cpu_ms);
    cell.full_ms.push_back(full.cpu_ms);
}

/// Between the quartiles: how much the times of one thing differ.
double spread(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() * 3 / 4] - values[values.size() / 4];
}

/// An engine that starts slowly can hide what it does behind that.
void drop_noise(Cell& cell) {
    if (!cell.counts()) return;
    if (cell.work_ms() <= std::max(spread(cell.start_ms), 0.05))
        cell.problem = "too short beside its start";
}

}  // namespace

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const size_t middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Cell::work_ms() const { return median(full_ms) - median(start_ms); }

void measure(Comparison& comparison) {
    const size_t engines = comparison.engines.size();
    comparison.cells.assign(comparison.programs.size(), std::vector<Cell>(engines));
    for (u32 round = 0; round < comparison.rounds; round++) {
        std::fprintf(stderr, "round %u of %u\n", round + 1, comparison.rounds);
        for (size_t p = 0; p < comparison.programs.size(); p++)
            for (size_t i = 0; i < engines; i++) {
                const size_t e = (i + round) % engines;
                Cell& cell = comparison.cells[p][e];
                if (!is_done(cell)) sample(comparison.engines[e], comparison.programs[p], cell);
            }
    }
    for (auto& row : comparison.cells)
        for (Cell& cell : row) drop_noise(cell);
}

}  // namespace icvm::bench
