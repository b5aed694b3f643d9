#pragma once

#include "vm/base/integers.hpp"

namespace icvm::vm {

// Limits of ours on what a module may hold, where entries take more memory than their bytes. The
// values are those that browsers agreed on (WebAssembly JavaScript Interface, appendix).

inline constexpr u32 module_bytes_max = 1u << 30;
inline constexpr u32 types_max = 1'000'000;
/// Types that a type has above it in its hierarchy.
inline constexpr u32 subtype_depth_max = 63;
inline constexpr u32 fields_max = 10'000;
/// Operands of array.new_fixed.
inline constexpr u32 array_operands_max = 10'000;
/// Clauses of one try_table.
inline constexpr u32 catches_max = 10'000;
inline constexpr u32 functions_max = 1'000'000;
inline constexpr u32 imports_max = 1'000'000;
inline constexpr u32 exports_max = 1'000'000;
inline constexpr u32 globals_max = 1'000'000;
inline constexpr u32 tags_max = 1'000'000;
inline constexpr u32 tables_max = 100'000;
inline constexpr u32 memories_max = 100;
inline constexpr u32 element_segments_max = 1'000'000;
inline constexpr u32 data_segments_max = 1'000'000;
inline constexpr u32 parameters_max = 1'000;
inline constexpr u32 results_max = 1'000;
/// Declared locals of a function, without its parameters.
inline constexpr u32 locals_max = 50'000;
/// Greatest height of a body's operand stack: calls push results without end, two bytes each.
inline constexpr u32 operands_max = 1u << 20;

}  // namespace icvm::vm
