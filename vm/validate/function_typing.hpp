#pragma once

#include <span>
#include <string>
#include <vector>

#include "vm/binary/instruction.hpp"
#include "vm/runtime/type_registry.hpp"
#include "vm/validate/operand_stack.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

struct Signature;

/// The typing rules of instructions (Wasm 3.4), applied one by one to the body of a function by
/// the algorithm of appendix 7.3.
class FunctionTyping {
public:
    /// For bodies of functions of `module`, which is valid but for these.
    FunctionTyping(const Module& module, const ClosedTypes& types);
    /// A constant expression that gives one value of `result`.
    FunctionTyping(const Module& module, const ClosedTypes& types, ValueType result);

    /// Begins the body of a function.
    void start(u32 function);
    /// False: the type is none, see reason().
    bool add_locals(u32 count, ValueType type);
    std::span<const ValueType> locals() const { return locals_; }

    /// Applies an instruction. False: it breaks a rule, see reason().
    bool apply(const Instruction& instruction);
    const std::string& reason() const { return reason_; }

    /// Applies instructions from `at` on, whose bytes end at `end`: the frequent ones, one dispatch
    /// each, as long as nothing is out of the ordinary and the height of the operand stack stays
    /// within `height_max`. Returns where the next instruction for apply begins: the last one of
    /// the body is never skipped. Half the time of a load without compiling.
    const u8* skim(const u8* at, const u8* end, u32 height_max);

    /// Whether control can come here. Also false in blocks within code that is dead.
    bool reachable() const { return !frames_.empty() && !frames_.back().dead; }
    /// The body's last `end` was applied.
    bool finished() const { return frames_.empty(); }
    /// Of the last drop or select, or of the last instruction that takes any reference.
    ValueType operand() const { return operand_; }
    const OperandStack& operands() const { return operands_; }

private:
    class Skimmer;

    /// A block that is open (appendix 7.3).
    struct Frame {
        Opcode opcode;
        BlockType type;
        u32 height;        ///< number of operands below the block's parameters
        u32 set_locals;    ///< size of set_locals_ when it was opened
        bool unreachable;  ///< the operands below are whatever is asked for
        bool dead;         ///< unreachable, or opened in dead code
    };

    bool pop(ValueType expected) {
        if (operands_.size() > frames_.back().height && operands_.top() == expected) [[likely]] {
            operands_.pop();
            return true;
        }
        return pop_slow(expected);
    }
    bool pop_slow(ValueType expected);
    bool pop_any(ValueType& found);
    bool pop_all(std::span<const ValueType> types);
    bool pop_reference(ValueType& found);
    bool check_top(std::span<const ValueType> types);
    /// Outside of the stack.
    bool match(ValueType found, ValueType expected);
    bool match_all(std::span<const ValueType> found, std::span<const ValueType> expected);
    bool push(ValueType type) {
        operands_.push(type);
        return true;
    }
    bool apply_plain(const Signature& signature);
    bool apply_access(const Instruction& instruction, const Signature& signature);
    bool apply_control(const Instruction& instruction);
    // function_typing_control.cpp
    std::span<const ValueType> parameters(const BlockType& type) const;
    std::span<const ValueType> results(const BlockType& type) const;
    std::span<const ValueType> label_types(u32 label) const;
    bool apply_block(const Instruction& instruction);
    bool apply_else();
    bool apply_end();
    bool apply_br(const Instruction& instruction);
    bool apply_br_if(const Instruction& instruction);
    bool apply_br_table(const Instruction& instruction);
    bool apply_return();
    bool apply_call(const FunctionType& type, bool tail);
    bool apply_call_function(const Instruction& instruction, bool tail);
    bool apply_call_indirect(const Instruction& instruction, bool tail);
    bool apply_call_ref(const Instruction& instruction, bool tail);
    bool apply_throw(const Instruction& instruction);
    bool apply_throw_ref();
    bool check_catches(std::span<const CatchClause> clauses);
    void open_frame(Opcode opcode, const BlockType& type);
    bool close_frame();
    bool check_label(u32 label);
    bool check_type_index(u32 index);
    bool check_type(ValueType type);
    const FunctionType* find_function_type(u32 index);
    bool set_unreachable();

    // function_typing.cpp
    bool apply_select();
    bool apply_select_typed(const Instruction& instruction);
    bool apply_local(const Instruction& instruction);
    bool apply_global(const Instruction& instruction);
    // function_typing_references.cpp
    bool apply_reference(const Instruction& instruction);
    bool apply_ref_func(u32 function);
    bool apply_ref_test(ValueType type);
    bool apply_convert(HeapType from, HeapType to);
    bool apply_br_on_null(u32 label);
    bool apply_br_on_non_null(u32 label);
    bool apply_br_on_cast(const Instruction& instruction);
    bool check_cast(ValueType from, ValueType to);
    // function_typing_aggregates.cpp
    bool apply_aggregate(const Instruction& instruction);
    bool apply_struct(const Instruction& instruction);
    bool apply_struct_new(const Instruction& instruction);
    bool apply_array_new(const Instruction& instruction, const FieldType& element);
    bool apply_array_get(const Instruction& instruction, const FieldType& element);
    bool apply_array_change(const Instruction& instruction, const FieldType& element);
    bool apply_array_copy(const Instruction& instruction, const FieldType& element);
    const DefinedType* find_aggregate(u32 index, CompositeKind kind);
    bool check_segment(const Instruction& instruction, const FieldType& element);
    // function_typing_memory.cpp
    bool check_memory_argument(const Instruction& instruction, unsigned natural);
    bool check_lane(const Instruction& instruction, const Signature& signature);
    bool check_shuffle(const Instruction& instruction);
    bool check_memory(u32 index);
    bool check_table(u32 index);
    bool check_element(u32 index);
    bool check_data(u32 index);
    ValueType memory_address(u32 index) const {
        return value_type(module_.memory_types[index].limits.address_type);
    }
    ValueType table_address(u32 index) const {
        return value_type(module_.table_types[index].limits.address_type);
    }
    bool apply_memory(const Instruction& instruction);
    bool apply_memory_init(const Instruction& instruction);
    bool apply_memory_copy(const Instruction& instruction);
    bool apply_table(const Instruction& instruction);
    bool apply_table_init(const Instruction& instruction);
    bool apply_table_copy(const Instruction& instruction);

    [[gnu::cold, gnu::noinline]] bool fail(std::string reason);
    [[gnu::cold, gnu::noinline]] bool unknown(const char* what, u32 index);
    [[gnu::cold, gnu::noinline]] bool mismatch(ValueType expected, ValueType found);

    const Module& module_;
    const ClosedTypes& types_;
    std::span<const ValueType> results_;
    std::vector<ValueType> locals_;
    /// By local, up to the last without a default: whether it may not be read yet (Wasm 3.4.12).
    std::vector<bool> unset_;
    std::vector<u32> set_locals_;  ///< locals that were set in the blocks that are open
    std::vector<Frame> frames_;
    OperandStack operands_;
    ValueType operand_{};
    std::string reason_;
};

}  // namespace icvm::vm
