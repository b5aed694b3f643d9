#include "vm/compile/code.hpp"

#include <algorithm>

namespace icvm::vm {

namespace {

struct Row {
    std::string_view id;
    std::string_view operands;
};

/// Immediates of f64 instructions take a cell of their own.
constexpr bool has_f64(std::string_view id) {
    return id.starts_with("f64_") || id.starts_with("branch_f64") || id.starts_with("repeat_f64");
}

constexpr Row make_row(std::string_view id, std::string_view operands) {
    if (has_f64(id) && operands == "dai") return {id, "daI"};
    if (has_f64(id) && operands == "ait") return {id, "atI"};
    return {id, operands};
}

/// Of an instruction on slots alone: destination and operands, by its signature.
constexpr std::string_view slot_letters(std::string_view signature) {
    constexpr std::string_view letters[] = {"d", "da", "dab", "dabc", "dabcup"};
    return letters[signature.find(':')];
}

/// The same with a lane; a shuffle has two cells of them.
constexpr std::string_view lane_letters(std::string_view signature, std::string_view immediate) {
    if (immediate == "shuffle") return "dabII";
    return signature.find(':') == 1 ? "dal" : "dabl";
}

constexpr Row rows[] = {
#define CODE(id, operands) make_row(#id, operands),
#include "vm/compile/code.def"
};

}  // namespace

std::string_view to_string(Operation operation) { return rows[size_t(operation)].id; }

std::string_view operands_of(Operation operation) { return rows[size_t(operation)].operands; }

const Site* FunctionCode::site_at(const Cell* cell) const {
    const auto after =
        std::upper_bound(sites.begin(), sites.end(), index_of(cell),
                         [](u32 value, const Site& site) { return value < site.cell; });
    return after == sites.begin() ? nullptr : &*(after - 1);
}

const Site* FunctionCode::entry_site_at(const Cell* cell) const {
    const auto found = std::ranges::lower_bound(sites, index_of(cell), std::less<>{}, &Site::cell);
    return found == sites.end() ? nullptr : &*found;
}

CodeUnit::CodeUnit(size_t functions) : records_(std::make_unique<Code[]>(functions)) {
    functions_.reserve(functions);
    starts_.reserve(functions);
}

void CodeUnit::publish(FunctionCode code, Code& record) {
    record.entry = code.cells.data();
    const Start start{record.entry, u32(functions_.size())};
    starts_.insert(std::ranges::upper_bound(starts_, start.first, std::less<>{}, &Start::first),
                   start);
    functions_.push_back(std::move(code));
}

const FunctionCode& CodeUnit::function_at(const Cell* cell) const {
    const auto after = std::ranges::upper_bound(starts_, cell, std::less<>{}, &Start::first);
    return functions_[(after - 1)->function];
}

}  // namespace icvm::vm
