#pragma once

/// What code.def says of each operation, for who reads it when icvm is compiled.

#include "vm/code/code.hpp"

namespace icvm::vm {

/// A row of code.def.
struct OperationRow {
    std::string_view id;
    std::string_view operands;
};

/// Immediates of f64 instructions take a cell of their own.
constexpr bool has_f64(std::string_view id) {
    return id.starts_with("f64_") || id.starts_with("branch_f64") || id.starts_with("repeat_f64");
}

constexpr OperationRow operation_row(std::string_view id, std::string_view operands) {
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

inline constexpr OperationRow operation_rows[] = {
#define CODE(id, operands) operation_row(#id, operands),
#include "vm/code/code.def"
};

}  // namespace icvm::vm
