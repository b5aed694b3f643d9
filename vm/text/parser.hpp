#pragma once

#include <string_view>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/text/position.hpp"

namespace icvm::vm {

/// A module in the binary format, and where its parts came from.
struct ParsedModule {
    ByteVector bytes;

    /// From `offset` in the bytes on, up to the next of them, lies what stood at `position`.
    struct Origin {
        u32 offset = 0;
        Position position;
    };
    std::vector<Origin> origins;  ///< ascending by offset; an instruction each, and each field
};

/// The text format of a module (Wasm 6): `(module …)`, or its fields alone. It becomes bytes: the
/// decoder is the one way to a Module. Identifiers go into a name section, unless the text has a
/// custom section "name" itself.
Result<ParsedModule, TextError> parse_module(std::string_view text);

/// Where the byte at `offset` came from.
Position position_of(const ParsedModule& module, u32 offset);

}  // namespace icvm::vm
