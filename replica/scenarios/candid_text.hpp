#pragma once

#include <optional>
#include <string>

#include "replica/scenarios/variable.hpp"

namespace icvm::replica::scenarios {

/// Candid text to bytes: arguments of a method of the management canister, or of no known types
/// where `method` is empty.
Result<ByteVector, std::string> to_candid(const std::string& text, const std::string& method);

/// A reply as text: Candid as it is printed (of a method of the management canister with the names
/// of its fields, where `method` is not empty), or the bytes as they are.
std::string readable(const ByteVector& bytes, const std::string& method);

/// What stands behind `name = ` in Candid text: a principal, a number, the bytes of a blob or text.
std::optional<Variable> field_of(const std::string& text, const std::string& name);

/// Bytes as they are written within the quotes of Candid text.
std::string escaped(Bytes bytes);

}  // namespace icvm::replica::scenarios
