#pragma once

#include <vector>

#include "vm/binary/byte_reader.hpp"
#include "vm/binary/instruction.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// One run of decode_module. As in the specification's own decoder the sections share one stream:
/// an entry may run over the end of its section, and the section's size is compared afterwards.
class ModuleDecoder {
public:
    explicit ModuleDecoder(Module& module)
        : module_(module), reader_(module.bytes, {0, u32(module.bytes.size())}) {}

    Result<void, ReadError> decode();
    /// What was wrong first when decode() gave `error`: bodies are not walked otherwise.
    ReadError first_error(const ReadError& error) const;

private:
    using Decoded = Result<void, ReadError>;

    Decoded decode_header();
    Decoded decode_section();
    Decoded decode_content(u8 id, u32 end);
    Decoded check_counts();
    Decoded walk_body(const ByteRange& body) const;

    Decoded decode_custom(u32 end);
    Decoded decode_types();
    Decoded decode_imports();
    Decoded decode_functions();
    Decoded decode_tables();
    Decoded decode_memories();
    Decoded decode_tags();
    Decoded decode_globals();
    Decoded decode_exports();
    Decoded decode_start();
    Decoded decode_code(u32 end);

    Decoded read_recursive_group();
    Result<DefinedType, ReadError> read_defined_type();
    Decoded read_composite_type(u8 form, DefinedType& type);
    Result<FunctionType, ReadError> read_function_type();
    Result<FieldType, ReadError> read_field_type();
    Result<bool, ReadError> read_mutability();
    Result<u32, ReadError> read_tag_type();
    Result<std::vector<ValueType>, ReadError> read_result_type(u32 types_max);
    Result<Import, ReadError> read_import();
    Result<Table, ReadError> read_table();
    Result<TableType, ReadError> read_table_type();
    Result<MemoryType, ReadError> read_memory_type();
    Result<u8, ReadError> read_page_size();
    Result<GlobalType, ReadError> read_global_type();
    Result<Limits, ReadError> read_limits(u8 flags);
    Result<Limits, ReadError> read_table_limits();
    Result<ExternKind, ReadError> read_extern_kind(MalformedReason reason);
    void add_to_index_space(const Import& import);

    // segments.cpp
    Decoded decode_elements();
    Decoded decode_data();
    Decoded decode_data_count();
    Result<ElementSegment, ReadError> read_element_segment();
    Decoded read_element_type(ElementSegment& segment);
    Decoded read_element_functions(ElementSegment& segment);
    Decoded read_element_expressions(ElementSegment& segment);
    Result<DataSegment, ReadError> read_data_segment();
    /// Walks to the `end` that closes the expression.
    Result<ConstantExpression, ReadError> read_constant_expression();
    void declare_function(u32 index);

    Module& module_;
    ByteReader reader_;
    u32 last_rank_ = 0;  ///< of the last section that was not custom, in the order they must have
    std::vector<ByteRange> bodies_;
};

/// Sets module_name and function_names from the name section, if there is a whole one (Wasm 7.4.1).
void decode_names(Module& module);

}  // namespace icvm::vm
