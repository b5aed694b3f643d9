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

/// Gives the positions of ascending offsets in a text, in time linear in the text.
class PositionCursor {
public:
    explicit PositionCursor(std::string_view text) : text_(text) {}
    /// `offset` in bytes, not below the one before.
    Position at(u32 offset);

private:
    std::string_view text_;
    u32 offset_ = 0;
    Position position_;
};

/// The position of one byte.
Position position_at(std::string_view text, u32 offset);

/// The line of `text` there, and below it a caret under the column:
///
///       (i32.add (local.get $x) (i64.const 1))
///                               ^
std::string quote_line(std::string_view text, Position position);

}  // namespace icvm::vm
