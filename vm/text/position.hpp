#pragma once

#include <string>
#include <string_view>

#include "vm/base/integers.hpp"

namespace icvm::vm {

/// A place in a text, counted from 1; columns in code points.
struct Position {
    u32 line = 1;
    u32 column = 1;
};

/// A text is no module (Wasm 6). The reason begins as the official suite words it.
struct TextError {
    Position position;
    std::string reason;
};

/// The line of `text` there, and below it a caret under the column:
///
///       (i32.add (local.get $x) (i64.const 1))
///                               ^
std::string quote_line(std::string_view text, Position position);

}  // namespace icvm::vm
