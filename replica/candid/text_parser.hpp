#pragma once

/// Values as text (Candid spec, "Values"), not yet fitted to types.

#include "replica/candid/lexer.hpp"
#include "replica/candid/type_parser.hpp"
#include "replica/candid/value.hpp"

namespace icvm::replica::candid {

struct Literals {
    Values values;
    std::vector<u32> arguments;  ///< where each argument starts
};

/// "(1 : nat, \"x\")"; one value needs no parentheses; nothing at all is no argument. Types that
/// are written in it are added to `types`; the names in it are those of `names`.
Result<Literals, ValueError> parse_literals(std::string_view text, Types& types, TypeNames& names);

}  // namespace icvm::replica::candid
