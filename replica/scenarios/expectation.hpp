#pragma once

#include "replica/scenarios/token.hpp"
#include "replica/scenarios/variable.hpp"
#include "replica/scenarios/world.hpp"

namespace icvm::replica::scenarios {

/// Whether an outcome is what stands behind `=>`; an error says what was expected.
///
///   done                       it succeeded (a reply is as good)
///   any                        a reply or a reject
///   unanswered                 neither, and nothing is left to do
///   BYTES…                     a reply of these bytes, one behind the other
///   N                          a reply of this number's digits
///   more N, less N             a reply of the digits of a greater, a smaller number
///   reply                      a reply, whatever it is
///   reply has TEXT…            a reply with all these texts in it (of Candid, as it is printed)
///   reply lacks TEXT…          a reply with none of them
///   reject [N] [IC0nnn]        a reject with this reject code, this error code
///     ["text" | has TEXT…]     … with this text, with all these texts in it
///   trap "text"                IC0503 of the canister that was called
///   trapped "reason"           IC0502 …
///   violates "text…"           IC0504 … : how the description begins
///   silent                     IC0506
///
/// N is numbers and variables with + and - between them.
Result<void, std::string> expect(TokenReader& tokens, const Variables& variables,
                                 const Outcome& outcome, const std::string& canister);

/// N above.
Result<u128, std::string> read_number(TokenReader& tokens, const Variables& variables);

/// "reject 5 IC0503 …", "reply "…"": for a person.
std::string describe(const Outcome& outcome);

}  // namespace icvm::replica::scenarios
