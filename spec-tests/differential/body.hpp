#pragma once

#include <optional>
#include <vector>

#include "spec-tests/differential/plan.hpp"

namespace icvm::differential {

/// What was generated, and what of it runs, by place_of(opcode).
struct Coverage {
    std::vector<u64> generated = std::vector<u64>(vm::opcode_places);
    std::vector<u64> executed = std::vector<u64>(vm::opcode_places);
    /// Of the module at hand: the rows that have run when the mark of that number is set.
    std::vector<std::vector<u16>> marks{};
};

/// Writes one random body: trees of typed expressions, with statements among them. Whatever it
/// writes is valid and ends: loops and calls take from the module's global `fuel`.
class Body {
public:
    Body(Plan& plan, const RowTable& rows, Random& random, const Profile& profile,
         Coverage& coverage, u32 function);
    ByteVector write();

private:
    using Types = std::vector<vm::ValueType>;
    struct Label {
        Types types;  ///< what a branch takes along
    };

    // Bytes.
    void op(vm::Opcode opcode);
    void op(vm::Opcode opcode, u64 index);
    void number(u64 value);
    void constant(char letter, u64 bits, u64 high = 0);
    void i32_constant(u32 value) { constant('i', value); }
    void get(u32 local) { op(vm::Opcode::local_get, local); }
    void heap_type(vm::HeapType type) { write_heap_type(code_, type); }
    void block_type(const Types& parameters, const Types& results);
    u32 new_local(vm::ValueType type);
    void non_null_locals();
    u32 scratch(vm::ValueType type);
    bool is_scratch(u32 local) const;
    static constexpr u32 no_local = ~0u;
    u32 pick_local();  ///< or no_local
    void mark();
    void leave_by(vm::Opcode opcode);

    // Expressions: what gives a value of a type. Values that are `clean` have no NaN bits of an
    // operation in them, in which engines may differ.
    void expression(vm::ValueType type, bool clean = true);
    void expressions(const Types& types);
    void leaf(vm::ValueType type);
    bool leaf_local(vm::ValueType type);
    bool leaf_global(vm::ValueType type);
    void random_constant(char letter);
    void number_expression(vm::ValueType type, bool clean);
    void row_expression(vm::ValueType type, bool clean);
    void integer_expression(vm::ValueType type);
    bool call_expression(vm::ValueType type);
    void select_expression(vm::ValueType type);
    void block_expression(const Types& results);
    void branch_expression(vm::ValueType type);

    // Numbers and vectors.
    void row(const Row& row, bool clean);
    void operands(const Row& row, bool clean);
    bool tame_operands(const Row& row);
    bool tame_relaxed(const Row& row);
    void small_vector(bool floats, bool doubles);
    void immediates(const Row& row);
    void make_canonical(const Row& row);
    bool gives_nan(const Row& row) const;

    // Memories and tables.
    void access(const Row& row);
    void address(const vm::MemoryType& memory);
    void table_index(const vm::Limits& limits);
    void length(vm::AddressType type, u32 usual_max);
    void memory_argument(u32 memory, u32 alignment_max);
    u32 pick_memory();
    void bulk_memory_statement();
    void table_statement();
    void two_tables_statement();

    // Statements.
    void statements(u32 count);
    void statement();
    void local_statement();
    void global_statement();
    void conditional_end();
    void branch_if();
    bool branch_without_values();
    void log_statement();
    void terminator();
    void branch_table();
    void consume(const Types& types);
    void call_statement();
    bool tail_call();
    void call(u32 function, bool tail);
    void indirect_callee(u32 table, u32 callee);
    std::optional<u64> element_of(u32 table, u32 callee) const;
    void take_fuel();
    void open_block(vm::Opcode opcode, const Types& parameters, const Types& results, Label label);
    void close_block();
    void arm(const Types& parameters, const Types& results);

    // References, structures, arrays.
    void reference_expression(vm::ValueType type);
    void null(vm::HeapType type);
    bool can_make(vm::HeapType type) const;
    void object(vm::HeapType type);
    void object_of_any(vm::HeapType type);
    void structure(u32 index);
    void array(u32 index);
    bool array_of_segment(u32 index);
    void element(const vm::FieldType& field);
    void array_index();
    bool field_expression(vm::ValueType type);
    bool table_get_expression(vm::ValueType type);
    bool convert_expression(vm::ValueType type);
    void cast_expression(vm::ValueType type);
    void reference_to_i32();
    void test_expression();
    void aggregate_statement();
    void array_statement(u32 index);
    void array_copy(u32 index);
    void array_init(u32 index);
    void branch_on_null();
    void branch_on_cast();
    vm::ValueType relative_of(vm::HeapType type);
    void object_operand(u32 index);

    // Exceptions.
    void try_expression(const Types& results);
    void catch_arm(const Types& caught, const Types& results);
    void throw_();

    bool enough() const { return size_ >= size_max_ || depth_ > 7; }

    Plan& plan_;
    const RowTable& rows_;
    Random& random_;
    const Profile& profile_;
    Coverage& coverage_;
    u32 function_;
    Types locals_;
    u32 parameters_;
    std::vector<std::pair<vm::ValueType, u32>> scratch_;
    std::vector<Label> labels_;
    std::vector<u16> unmarked_;  ///< rows since the last mark
    ByteVector code_;
    u32 size_ = 0;
    u32 size_max_ = 0;
    u32 depth_ = 0;
};

}  // namespace icvm::differential
