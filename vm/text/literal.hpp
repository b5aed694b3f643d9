#pragma once

#include <cstddef>
#include <string_view>

/// How literals are written (Wasm 6.3.2, 6.3.3): forms alone, without values.

namespace icvm::vm {

bool is_natural_literal(std::string_view text);   ///< 1_000, 0xFF
bool is_integer_literal(std::string_view text);   ///< a natural one, perhaps behind a sign
bool is_floating_literal(std::string_view text);  ///< 1.5e3, 0x1p4, inf, nan:0x1; no integer

/// Where the string literal ends that `text` begins with; it is well-formed.
size_t literal_end(std::string_view text);

/// The size of the escape \u{…} of a scalar value at the front of `text`; 0: it is none.
size_t unicode_escape_size(std::string_view text);

}  // namespace icvm::vm
