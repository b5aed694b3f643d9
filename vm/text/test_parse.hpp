#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "vm/binary/decoder.hpp"
#include "vm/text/parser.hpp"

/// Parses texts of tests.
namespace icvm::vm {

/// The bytes of a text; none when it is refused.
inline ByteVector parse_text(std::string_view text) {
    auto parsed = parse_module(text);
    return parsed ? std::move(parsed->bytes) : ByteVector();
}

/// "line:column reason" of a text that is refused.
inline std::string refusal_of(std::string_view text) {
    const auto parsed = parse_module(text);
    if (parsed) return "";
    const TextError& error = parsed.error();
    return std::to_string(error.position.line) + ":" + std::to_string(error.position.column) + " " +
           error.reason;
}

}  // namespace icvm::vm
