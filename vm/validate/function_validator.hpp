#pragma once

#include <concepts>
#include <span>

#include "vm/base/result.hpp"
#include "vm/binary/instruction.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// What the walk has proved about one instruction.
struct Proof {
    bool reachable;     ///< before the instruction
    ValueType operand;  ///< drop, select, ref.is_null: the type of the operand (unknown below
                        ///< unreachable code)
    std::span<const ValueType> operands;  ///< the operand stack after the instruction, bottom
                                          ///< first; in unreachable code it says nothing
};

/// Who listens to the walk: the compiler (types are proved once, here, and never again).
///
///   begin(locals)      once; all locals with the parameters first
///   instruction(i, p)  every instruction in order, also unreachable ones and the final `end`
///   finish(height_max) once; the greatest height of the operand stack, in slots
///
template <class L>
concept FunctionListener =
    requires(L l, std::span<const ValueType> t, const Instruction& i, const Proof& p, u32 n) {
        { l.begin(t) } -> std::same_as<void>;
        { l.instruction(i, p) } -> std::same_as<void>;
        { l.finish(n) } -> std::same_as<void>;
    };

/// Validates the body of function `index` (of the index space, never an import) in one pass over
/// its bytes: decoding, typing (Wasm 3.3, appendix 7.3) and `listener` together.
/// Malformed bodies come as Invalid's sibling: see BodyError.
struct BodyError {
    bool malformed = false;
    u32 offset = 0;
    std::string reason;
};

template <FunctionListener Listener>
Result<void, BodyError> validate_function(const Module& module, u32 index, Listener& listener);

}  // namespace icvm::vm
