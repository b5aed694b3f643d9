#include <fmt/format.h>

#include <algorithm>

#include "bench/compare/ratios.hpp"
#include "bench/compare/report.hpp"

namespace icvm::bench {
namespace {

constexpr double left = 130, right = 60, width = 760, row = 34, bar = 20, top = 54, bottom = 40;

struct Bar {
    const Engine* engine;
    Summary summary;
    std::vector<double> dots;  ///< the ratio of each program
};

const char* color(EngineKind kind) {
    switch (kind) {
        case EngineKind::own: return "#29abe2";
        case EngineKind::interpreter: return "#8a8f98";
        case EngineKind::compiler: return "#cfd3da";
    }
    return "";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                       anchor, text);
}

std::vector<Bar> bars_of(const Comparison& comparison, size_t by) {
    std::vector<Bar> bars;
    for (size_t e = 0; e < comparison.engines.size(); e++) {
        Bar one{&comparison.engines[e], summarize(comparison, e, by), {}};
        for (size_t p = 0; p < comparison.programs.size(); p++)
            if (const auto value = ratio(comparison, p, e, by)) one.dots.push_back(*value);
        if (one.summary.count != 0) bars.push_back(std::move(one));
    }
    std::sort(bars.begin(), bars.end(),
              [](const Bar& a, const Bar& b) { return a.summary.mean < b.summary.mean; });
    return bars;
}

/// Lines at 0, 0.5, 1, …; ratios beyond the last are drawn on it.
std::string grid(double scale, double end, double height) {
    std::string svg;
    for (double at = 0; at <= end; at += 0.5) {
        const double x = left + at * scale;
        svg += fmt::format("<path d=\"M{:.1f} {}V{}\" stroke=\"{}\"/>\n", x, top - 6,
                           height - bottom, at == 1 ? "#555" : "#e3e5e9");
        svg += text_at(x, height - bottom + 18, "middle", fmt::format("{:.1f}", at));
    }
    return svg;
}

std::string draw(const Bar& one, double y, double scale, double end) {
    const double length = std::min(one.summary.mean, end) * scale;
    std::string svg = text_at(left - 8, y + bar * 0.72, "end", one.engine->name);
    svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n",
                       left, y, length, bar, color(one.engine->kind));
    for (const double dot : one.dots)
        svg += fmt::format(
            "<circle cx=\"{:.1f}\" cy=\"{}\" r=\"2.2\" fill=\"#222\" "
            "fill-opacity=\"0.45\"/>\n",
            left + std::min(dot, end) * scale, y + bar / 2);
    return svg + text_at(width - 8, y + bar * 0.72, "end", fmt::format("{:.2f}", one.summary.mean));
}

}  // namespace

std::string chart(const Comparison& comparison) {
    const auto by = measure_engine(comparison);
    if (!by) return {};
    const std::vector<Bar> bars = bars_of(comparison, *by);
    const double end = std::clamp(bars.back().summary.mean + 0.5, 1.5, 4.0);
    const double scale = (width - left - right) / end;
    const double height = top + row * double(bars.size()) + bottom;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
        "height=\"{1}\" font-family=\"sans-serif\" font-size=\"13\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        width, height);
    svg += text_at(left, 24, "start",
                   fmt::format("CPU time over {}'s: geometric mean, and a dot for each program",
                               comparison.engines[*by].name));
    svg += grid(scale, end, height);
    for (size_t i = 0; i < bars.size(); i++)
        svg += draw(bars[i], top + row * double(i), scale, end);
    return svg + "</svg>\n";
}

}  // namespace icvm::bench
