#pragma once

#include <string>

#include "vm/runtime/store.hpp"

namespace icvm::vm {

/// The type of an import, or of what is there for it, in the words of the text format: for error
/// messages. Types that the module has not are told by their kind: "(ref null (struct …))".
/// "(func (param i32) (result i64))", "(table i64 1 2 funcref)", "(global (mut i32))"
std::string description_of(const Import& import, const ClosedTypes& types);
std::string description_of(const Extern& given, const ClosedTypes& types);

}  // namespace icvm::vm
