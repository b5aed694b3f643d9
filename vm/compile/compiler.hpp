#pragma once

#include <span>
#include <vector>

#include "vm/base/result.hpp"
#include "vm/binary/byte_reader.hpp"
#include "vm/binary/instruction.hpp"
#include "vm/code/code.hpp"
#include "vm/code/draft.hpp"
#include "vm/code/forms.hpp"
#include "vm/code/metering.hpp"
#include "vm/code/options.hpp"
#include "vm/compile/fuse.hpp"
#include "vm/compile/slots.hpp"
#include "vm/runtime/type_registry.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

struct FamilyRow;

/// What a module is compiled with.
struct CompileInput {
    const Module& module;
    const ClosedTypes& types;
    const CostTable& costs;
    const HandlerTable& handlers;
    const FormTables& forms;
    /// Makes code of a draft: handed down by the floor above.
    void (*assign)(Draft& draft, const HandlerTable& handlers, const FormTables& forms,
                   FunctionCode& code);
    const Code* records;  ///< by function, without imports
    bool guarded;         ///< memory 0 takes handlers without a check
    bool track;           ///< stores mark dirty pages
};

/// Makes a draft of a function's code in one walk over its body, which is valid, and then code of
/// it (docs/interpreter.md, "Compiling"). Buffers are kept from one function to the next.
class Compiler {
public:
    explicit Compiler(const CompileInput& input);

    /// By index in the function index space. The code is valid until the next call.
    const FunctionCode& compile(u32 function);
    /// The function that was compiled last costs, or takes, more than the fields of code hold.
    bool too_large() const;
    /// Gives buffers back that a large function has left.
    void shrink();

private:
    static constexpr u32 nowhere = ~u32(0);

    /// A block that is open and was entered.
    struct Frame {
        Opcode opcode;
        u32 base = 0;  ///< number of operands below its parameters
        u32 parameters = 0;
        u32 results = 0;
        const FunctionType* type = nullptr;  ///< of the block; none: `value`, or nothing
        ValueType value{};
        u32 end_branches = 0;  ///< branches to its end: chained through their target cells
        u32 else_branch = 0;   ///< of an `if` that has had no else yet
        u32 loop_cell = 0;     ///< where branches to a loop go
        i64 loop_cost = 0;     ///< the cost of the loop's first block
        u32 stub = 0;          ///< of the branch_table in `stub_table`: moves its operands here
        u32 stub_table = nowhere;
        u32 body_cell = 0;      ///< of a try_table: where its body begins
        u32 clauses = 0;        ///< of a try_table: how many there were in clauses_ before it
        u32 open_handlers = 0;  ///< of a try_table: how many there were in open_handlers_ before it
    };

    /// The instruction emitted last, when it wrote an operand to its home.
    struct Last {
        u32 start = nowhere;
        u32 destination = 0;
        Operation operation{};
        u32 compared = nowhere;  ///< of a chain of eqz: the comparison that it began with
        Operation comparison{};
        bool negated = false;
    };

    /// What keeps an access within its memory, and the families of handlers by that: guard pages of
    /// memory 0; a check of memory 0; a check of any memory.
    enum class Bounds : u8 { guarded, guarded64, checked, far };
    struct Access {
        Bounds bounds;
        bool is_constant;
        u64 offset;  ///< or the constant address, the offset included
    };

    /// A comparison that waits for its branch.
    struct Condition {
        const Comparison* comparison;
        u16 a = 0;
        u16 b = 0;
        bool immediate = false;
        u64 bits = 0;
    };

    // compiler.cpp
    void begin();
    void read_locals(ByteReader& reader);
    void instruction(const Instruction& i);
    void other(const Instruction& i);
    // Emitting.
    u32 emit(Operation operation);
    u32 emit_result(u32 slot, Operation operation);
    u32 emit_above(u32 top, Operation operation);
    void remove_from(u32 cell);
    void append(Cell cell) { draft_.cells.push_back(cell); }
    void append_halves(u32 low, u32 high) { append(low | u64(high) << 32); }
    void add_site(u32 offset);
    void add_collecting_site(u32 offset);
    void place_collected();
    u16 read(u32 slot, u32 number, u32 slots = 1);
    u16 begin_write(u32 slot) const;
    void end_write(u32 slot, u32 slots);
    void remember(u32 start, u32 slot, Operation operation, u32 slots = 1);
    void forget() { last_ = {}; }
    u32 slot_of(const Operand& operand);
    u16 operand(const Operand& operand, u32 number) {
        return read(slot_of(operand), number, operand.slots);
    }
    void copy(u32 destination, u32 source, u32 slots = 1);
    void store_constant(u32 destination, u64 bits);
    void assign(u32 destination, const Operand& operand);
    void place(u32 index);
    void place_top(u32 count);
    void settle();
    void emit_to_home(Operation operation, u16 a, u32 high, ValueType type = types::i64);
    void emit_to(u32 slot, Operation operation, u16 a, u32 high, u32 slots);
    void push_homes(std::span<const ValueType> types);

    // compiler_numeric.cpp
    void numeric(const FamilyRow& row);
    void unary(Operation operation, bool can_trap);
    void binary(Operation first, bool can_trap, char type);
    void equal_zero(Operation equal);
    void local_set(u32 index, bool tee);
    void global_get(u32 global);
    void global_set(u32 global);
    void select();

    // compiler_vector.cpp
    void vector_constant(const Instruction& i);
    u64 take_vector_operands(u32 count);
    void emit_vector(Operation operation, u64 fields, char result);
    void vector(const FamilyRow& row);
    void vector_lane(const Instruction& i, const FamilyRow& row);
    void vector_store(const Instruction& i, const FamilyRow& row);
    void vector_load_lane(const Instruction& i, const FamilyRow& row);
    void vector_store_lane(const Instruction& i, const FamilyRow& row);
    void wide(const FamilyRow& row);

    // compiler_control.cpp
    i64 close_block();
    void dead_instruction(Opcode opcode);
    void control(const Instruction& i);
    void open_frame(const Instruction& i);
    void block(const Instruction& i);
    void loop(const Instruction& i);
    void if_(const Instruction& i);
    void else_();
    void end();
    void br(u32 label);
    void br_if(u32 label);
    void branch_if(const Condition& condition, u32 label);
    void br_table(const Instruction& i);
    void return_();
    void unreachable(const Instruction& i);
    void join(Frame& frame, i64 before);
    Frame& frame_of(u32 label) { return frames_[frames_.size() - 1 - label]; }
    static u32 arity(const Frame& frame);
    static std::span<const ValueType> parameters_of(const Frame& frame);
    static std::span<const ValueType> results_of(const Frame& frame);
    bool is_function(const Frame& frame) const { return &frame == frames_.data(); }
    bool in_place(const Frame& frame) const;
    void move_to(const Frame& frame);
    void emit_return(i64 position);
    void emit_jump(Frame& frame, i64 position);
    void aim(u32 cell, Frame& frame, i64 position);
    void bind(u32 chain, i64 before);
    void aim_here(u32 cell);
    u32 stub_for(Frame& frame, u32 table, i64 position);
    Condition take_condition();
    Condition condition_at(u32 start, Operation operation, bool negated);
    static Condition inverse(Condition condition);
    u32 emit_branch(const Condition& condition, bool back);

    // compiler_calls.cpp
    void call(const Instruction& i);
    void call_indirect(const Instruction& i);
    void return_call(const Instruction& i);
    void return_call_indirect(const Instruction& i);
    void finish_call(const FunctionType& type, u32 window);
    u32 place_arguments(const FunctionType& type);
    void append_callee(u32 function);

    // compiler_memory.cpp
    Access access(const Instruction& i, Operation first, const Operand& address) const;
    void memory(const Instruction& i);
    void load(const Instruction& i, Operation first, ValueType type);
    void store(const Instruction& i, Operation first, const Operand& value);
    void bulk(const Instruction& i, Operation operation, u32 index, u32 index2);
    void grow(const Instruction& i);
    void table(const Instruction& i);

    // compiler_references.cpp
    bool reference(const Instruction& i);
    void call_ref(const Instruction& i);
    void return_call_ref(const Instruction& i);
    u16 top_slot();
    void append_test(u32 form, ValueType type);
    void ref_test(u16 a, ValueType type);
    void ref_cast(const Instruction& i);
    void ref_as_non_null();
    void br_on_null(u32 label);
    void br_on_non_null(u32 label);
    void br_on_cast(const Instruction& i);

    // compiler_aggregates.cpp
    bool aggregate(const Instruction& i);
    void struct_new(const Instruction& i, Operation operation, u32 operands);
    void struct_get(const Instruction& i, bool is_signed);
    void struct_set(const Instruction& i);
    void array_get(const Instruction& i, bool is_signed);
    void array_set(const Instruction& i);
    void array_new(const Instruction& i, Operation operation, u32 operands, bool charged);
    void array_bulk(const Instruction& i, Operation operation, u32 operands);
    u32 take_operands(u32 count, u32 offset);
    void append_charge(u32 low, bool charged);

    // compiler_exceptions.cpp
    void try_table(const Instruction& i);
    void emit_landings(const Frame& frame);
    void emit_landing(const Frame& frame, const CatchClause& clause, u32 end_cell);
    void link_handlers(const Frame& frame, u32 first);
    void throw_(const Instruction& i);
    void throw_ref(const Instruction& i);

    u32 cost(Opcode opcode) const;

    const CompileInput& input_;
    Draft draft_;
    FunctionCode code_;
    std::vector<u32> open_handlers_;    ///< first clauses whose surroundings are open
    std::vector<CatchClause> clauses_;  ///< of the try_tables that are open
    Metering metering_;
    SlotStack slots_;
    std::vector<Frame> frames_;
    Last last_;
    u32 results_max_ = 1;  ///< slots of all types' results, the greatest
    u32 function_ = 0;
    /// What is below this slot is needed behind the next operations, though it may be popped.
    u32 kept_ = 0;
    bool live_ = false;
    bool entry_open_ = false;      ///< in the first block of the function
    u32 open_loop_ = nowhere;      ///< frame of the loop in whose first block we are
    u32 dead_blocks_ = 0;          ///< blocks opened in dead code
    i64 position_ = 0;             ///< of the block that was closed last
    bool first_of_block_ = false;  ///< see Metering::first_of_unchecked_block
    u32 offset_ = 0;               ///< of the instruction, in the module
};

}  // namespace icvm::vm
