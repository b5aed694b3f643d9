#pragma once

#include <string>
#include <vector>

#include "vm/binary/byte_reader.hpp"
#include "vm/binary/instruction_reader.hpp"
#include "vm/text/printer_names.hpp"

namespace icvm::vm {

/// One run of print_module over a decoded module: its fields, in the order of the sections.
class ModulePrinter {
public:
    explicit ModulePrinter(const Module& module) : module_(module), names_(module) {}

    /// Which custom sections are printed, and whether with their places.
    enum class Customs : u8 {
        without_names,  ///< all but the name section, which is left to the identifiers
        all,
        all_without_places,  ///< where sections may be missing that have no entries
    };
    /// The module without its last ")".
    Result<std::string, ReadError> print(Customs customs);

private:
    using Printed = Result<void, ReadError>;

    // printer_module.cpp
    void print_imports();
    void print_exports();
    void print_custom_sections(Customs customs);
    void print_place(const CustomSection& section);
    Printed print_tables();
    void print_memories();
    Printed print_globals();
    void print_tags();
    Printed print_elements();
    Printed print_element(const ElementSegment& segment, u32 index);
    Printed print_data();
    /// Begins a field: "\n  (kind $id (;3;)".
    void begin_field(std::string_view kind, NameSpace space, u32 index);
    /// Appends `word`, on a new line when this one is full.
    void append_wrapped(std::string_view word);
    void append_strings(Bytes bytes);
    Printed check_size() const;

    // printer_types.cpp
    void print_types();
    void print_type(u32 index, std::string_view indentation);
    std::string composite_type(u32 index) const;
    std::string field_type(const FieldType& field) const;
    std::string heap_type(HeapType type) const;
    std::string value_type(ValueType type) const;
    std::string table_type(const TableType& type) const;
    std::string memory_type(const MemoryType& type) const;
    std::string global_type(const GlobalType& type) const;
    /// " (param i32 i64)", or nothing.
    std::string list_of(std::string_view word, const std::vector<ValueType>& types) const;
    void make_signatures();
    /// Whether uses of the function type spell its parameters out.
    bool shows_parameters(u32 type) const;
    /// " (type $t) (param i32) (result i32)"
    void append_type_use(u32 type);

    // printer_functions.cpp
    struct Label {
        Opcode opcode;
        u32 number;  ///< of the block in its function
    };
    Printed print_functions();
    Printed print_function(u32 defined);
    /// The type of a function, with the names of its parameters.
    void print_signature(u32 function, u32 type);
    void print_named_parameters(u32 type);
    void append_declaration(std::string_view word, ValueType type, u32 index);
    void close_clause();
    Result<u32, ReadError> print_locals(ByteReader reader);
    Printed print_body(ByteRange instructions);
    template <class Separate>
    Printed print_sequence(InstructionReader& reader, Separate separate);
    /// " i32.const 1 i32.const 2 i32.add", or " (i32.const 1)" for one alone.
    Result<std::string, ReadError> expression(const ConstantExpression& expression);
    /// The same as the offset of a segment.
    Result<std::string, ReadError> offset_expression(const ConstantExpression& expression);

    // printer_instructions.cpp
    void append_instruction(const Instruction& instruction);
    void append_control(const Instruction& instruction, Immediate kind);
    void append_segment(const Instruction& instruction, Immediate kind);
    void append_aggregate(const Instruction& instruction, Immediate kind);
    void append_constant(const Instruction& instruction, Immediate kind);
    void append_lanes(const Instruction& instruction, Immediate kind);
    void append_number(u64 number);
    /// " $id", or " 5".
    void append_index(NameSpace space, u32 index, u32 outer = 0);
    /// The same, unless it is 0.
    void append_index_unless_0(NameSpace space, u32 index);
    std::string index_text(NameSpace space, u32 index, u32 outer = 0) const;
    void append_local(u32 index);
    void append_block(const Instruction& instruction);
    /// `outside`: of how many of the open blocks the depth is counted from outside.
    void append_label(u32 depth, size_t outside = 0);
    void append_catches(const Instruction& instruction);
    void append_select_types(const Instruction& instruction);
    void append_memory_argument(const Instruction& instruction, u32 natural_alignment);

    const Module& module_;
    PrintedNames names_;
    std::string out_;
    std::vector<std::string> signatures_;  ///< by type: " (param i32)"; empty: too long or none
    size_t line_start_ = 0;                ///< in `out_`, for append_wrapped

    // Of the body that is being printed.
    u32 function_ = 0;  ///< its index; all ones: this is no body
    u32 parameters_ = 0;
    u32 locals_ = 0;  ///< with the parameters
    bool named_parameters_ = false;
    bool clause_is_open_ = false;  ///< a "(local i32", to which the next type may be added
    std::vector<Label> labels_;
    u32 blocks_ = 0;
};

}  // namespace icvm::vm
