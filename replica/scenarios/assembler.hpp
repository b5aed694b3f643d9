#pragma once

#include "replica/scenarios/token.hpp"
#include "replica/scenarios/variable.hpp"

namespace icvm::replica::scenarios {

/// Bytes as they are written: "text", x"00ff", `Candid text`, a variable, {a program of the
/// universal canister}; u32(n), u64(n) and u128(n) are a number's bytes, little-endian;
/// arg(METHOD, `Candid text`) is an argument of a method of the management canister.
///
/// A program is a sequence of operations (universal/operations.def), each with its operands in
/// parentheses, as in msg_reply_data_append("x"); operands are numbers, bytes, programs in braces
/// and operations that have a result. Beside them there are
///
///   reply(b)          msg_reply_data_append(b) msg_reply
///   show(v)           reply(text(v))
///   join(b, b, …)     concat of several
///   call(callee, method, argument, {on reply}, {on reject}, {on cleanup})
///                     call_new … call_perform; the last ones may be left out: a reply is replied
///                     with, and of a reject "reject CODE TEXT"; it traps unless call_perform gives
///                     0
///   transfer(cycles, callee, method, argument, …)
///                     the same with cycles
///   make(callee, method, argument, …)
///                     the same up to call_perform, which is left to the program
Result<ByteVector, std::string> read_bytes(TokenReader& tokens, const Variables& variables);

/// Whether a token can begin what read_bytes reads.
bool begins_bytes(const Token& token, const Variables& variables);

}  // namespace icvm::replica::scenarios
