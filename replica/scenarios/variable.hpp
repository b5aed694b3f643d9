#pragma once

#include <map>
#include <string>

#include "replica/base/principal.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica::scenarios {

/// What a name of a scenario stands for.
struct Variable {
    enum class Kind : u8 { bytes, principal, number } kind = Kind::bytes;
    ByteVector bytes;  ///< of a principal its bytes
    u128 number = 0;

    static Variable of(const Principal& principal) {
        const Bytes from = principal.bytes();
        return {Kind::principal, ByteVector(from.begin(), from.end()), 0};
    }
    static Variable of(u128 number) { return {Kind::number, {}, number}; }
    static Variable of(ByteVector bytes) { return {Kind::bytes, std::move(bytes), 0}; }

    /// A principal's text, a number's digits, or bytes as they are.
    std::string text() const;
    /// What it is where bytes are expected: a number is its digits.
    ByteVector as_bytes() const;
};

using Variables = std::map<std::string, Variable>;

std::string digits(u128 number);

/// `text` with the text of NAME in place of each $NAME; bytes as they are written in Candid text.
Result<std::string, std::string> substitute(const std::string& text, const Variables& variables,
                                            bool candid = false);

}  // namespace icvm::replica::scenarios
