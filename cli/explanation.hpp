#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace icvm::cli {

/// What a code means: a row of explanations.def.
struct Explanation {
    std::string code;       ///< "IC0503"; of a reject code, "5"
    std::string_view name;  ///< "canister_called_trap"; of a reject code, "CANISTER_ERROR"
    std::string_view what, why;
    std::string_view next;  ///< may be empty
};

/// All of them, by their numbers: reject codes first.
const std::vector<Explanation>& explanations();
/// "IC0503", "ic503", "503", "5", "CANISTER_ERROR"; nullptr: it is none of them.
const Explanation* find_explanation(std::string_view word);
/// The code whose spelling is nearest to that of `word`, else whose number is.
std::string_view nearest_code(std::string_view word);

}  // namespace icvm::cli
