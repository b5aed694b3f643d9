#pragma once

#include <concepts>
#include <span>

#include "vm/base/result.hpp"
#include "vm/binary/instruction_reader.hpp"
#include "vm/validate/function_typing.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// What the walk has proved about one instruction.
struct Proof {
    bool reachable;     ///< before the instruction; also false in blocks within dead code
    ValueType operand;  ///< drop, select, and what takes any reference (ref.is_null,
                        ///< ref.as_non_null, ref.test, ref.cast, the conversions, br_on_null): the
                        ///< type of the operand (unknown below unreachable code)
    std::span<const ValueType> operands;  ///< the operand stack after the instruction, bottom
                                          ///< first; in unreachable code it says nothing
};

/// Who listens to the walk: the compiler (types are proved once, here, and never again).
///
///   begin(locals)      once; all locals with the parameters first
///   instruction(i, p)  every instruction in order, also unreachable ones and the final `end`
///   finish(height_max) once; the greatest height of the operand stack, in slots
///
/// One that has a member `has_heard_enough()` may not hear of the instructions that follow when
/// that is true.
template <class L>
concept FunctionListener =
    requires(L l, std::span<const ValueType> t, const Instruction& i, const Proof& p, u32 n) {
        { l.begin(t) } -> std::same_as<void>;
        { l.instruction(i, p) } -> std::same_as<void>;
        { l.finish(n) } -> std::same_as<void>;
    };

/// `types` are the module's, from validate_module.
/// Validates the body of function `index` (of the index space, never an import) in one pass over
/// its bytes: decoding, typing (Wasm 3.3, appendix 7.3) and `listener` together.
/// Malformed bodies come as Invalid's sibling: see BodyError.
struct BodyError {
    bool malformed = false;
    u32 offset = 0;
    std::string reason;
};

class BodyWalk;

/// The same with a walk that has seen other functions of the module: its buffers are used again.
template <FunctionListener Listener>
Result<void, BodyError> validate_function(BodyWalk& walk, u32 index, Listener& listener);

template <FunctionListener Listener>
Result<void, BodyError> validate_function(const Module& module, const ClosedTypes& types, u32 index,
                                          Listener& listener);

/// Wants to know nothing: validation alone.
struct NullListener {
    void begin(std::span<const ValueType>) {}
    void instruction(const Instruction&, const Proof&) {}
    void finish(u32) {}
};

// ---- Implementation ----------------------------------------------------------------------------

/// The part of validate_function that does not depend on the listener.
class BodyWalk {
public:
    BodyWalk(const Module& module, const ClosedTypes& types);

    void start(u32 index);

    /// Reads the declarations of locals, which precede the instructions (Wasm 5.5.13).
    Result<void, BodyError> read_locals();
    /// Reads and applies the next instruction; false: it is no good, see error().
    bool next(Instruction& instruction) {
        const auto read = reader_.next(instruction);
        if (!read) [[unlikely]]
            return malformed(read.error());
        reachable_ = typing_.reachable();
        if (!typing_.apply(instruction)) [[unlikely]]
            return invalid(instruction.offset);
        const u32 height = typing_.operands().height();
        return height <= height_max_ || raise(height, instruction.offset);
    }
    /// Goes over instructions that are in order; next() has the one that follows.
    void skim() {
        const Bytes rest = reader_.rest();
        const u8* at = typing_.skim(rest.data(), rest.data() + rest.size(), height_max_);
        reader_.skip(u32(at - rest.data()));
    }
    bool finished() const { return typing_.finished(); }
    /// Whether nothing follows the final `end`.
    bool check_end();

    Proof proof() const { return {reachable_, typing_.operand(), typing_.operands().types()}; }
    std::span<const ValueType> locals() const { return typing_.locals(); }
    u32 height_max() const { return height_max_; }
    BodyError& error() { return error_; }

private:
    /// False: a type is none, see error().
    Result<bool, ReadError> read_local_groups();
    bool raise(u32 height, u32 offset);
    [[gnu::cold, gnu::noinline]] bool malformed(ReadError error);
    [[gnu::cold, gnu::noinline]] bool invalid(u32 offset);

    const Module& module_;
    ByteRange body_{};
    InstructionReader reader_;
    FunctionTyping typing_;
    bool reachable_ = true;
    u32 height_max_ = 0;
    BodyError error_;
};

template <FunctionListener Listener>
Result<void, BodyError> validate_function(BodyWalk& walk, u32 index, Listener& listener) {
    walk.start(index);
    TRY(walk.read_locals());
    listener.begin(walk.locals());
    Instruction instruction{};
    while (!walk.finished()) {
        if constexpr (requires { listener.has_heard_enough(); })
            if (listener.has_heard_enough()) walk.skim();
        if (!walk.next(instruction)) return std::unexpected(std::move(walk.error()));
        listener.instruction(instruction, walk.proof());
    }
    if (!walk.check_end()) return std::unexpected(std::move(walk.error()));
    listener.finish(walk.height_max());
    return {};
}

template <FunctionListener Listener>
Result<void, BodyError> validate_function(const Module& module, const ClosedTypes& types, u32 index,
                                          Listener& listener) {
    BodyWalk walk(module, types);
    return validate_function(walk, index, listener);
}

}  // namespace icvm::vm
