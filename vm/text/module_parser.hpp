#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vm/binary/encoder.hpp"
#include "vm/text/names.hpp"
#include "vm/text/parser.hpp"
#include "vm/text/token_reader.hpp"
#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

/// The index spaces of a module that have identifiers (Wasm 6.6.1).
enum class Space : u8 { type, function, table, memory, tag, global, element, data };
inline constexpr size_t spaces = 8;

/// Parses one module, in three walks over its fields: the first counts and names what there is, the
/// second defines the explicit types, the third encodes everything else, implicit types being added
/// on the way. Nothing recurses: folded instructions are on a stack of their own.
class ModuleParser {
public:
    explicit ModuleParser(std::string_view text) : tokens_(text) {}
    Result<ParsedModule, TextError> parse();

private:
    template <class T = void>
    using Parsed = Result<T, TextError>;

    // Names (parser_names.cpp).
    using NameMap = std::vector<std::pair<u32, std::string>>;
    using IndirectNameMap = std::vector<std::pair<u32, NameMap>>;
    struct DeclaredName {
        std::optional<std::string> identifier;
        std::optional<std::string> name;  ///< by annotation, else the identifier
        u32 offset = 0;
    };
    Parsed<DeclaredName> declared_name();
    Parsed<std::string> name_annotation(const Token& annotation);
    Parsed<std::string> utf8_string();
    Parsed<u32> index(Space space);
    Parsed<u32> index_in(const IndexSpace& space, std::string_view what);
    Parsed<u32> index_or_zero(Space space);
    Parsed<u32> label_index();
    Parsed<u32> natural_u32();
    Parsed<u64> natural(unsigned bits);
    static void remember(NameMap& names, u32 index, const DeclaredName& declared);
    void add_name_section();

    // The first walk (parser_scan.cpp).
    Parsed<> module_head();
    Parsed<> scan();
    Parsed<> scan_field();
    Parsed<> scan_types();
    Parsed<> scan_type();
    Parsed<> scan_import();
    Parsed<> scan_definition(Space space);
    Parsed<> scan_segment(Space space);
    Parsed<> scan_inline_segment(Space space);
    Parsed<> declare(Space space);
    Parsed<> check_import_order(u32 offset);

    // Types (parser_types.cpp).
    Parsed<> types();
    Parsed<> type_group(u32 offset);
    Parsed<> type_definition();
    Parsed<> sub_type(DefinedType& type, IndexSpace& fields, NameMap& names);
    Parsed<> composite_type(DefinedType& type, IndexSpace& fields, NameMap& names);
    Parsed<> structure_fields(DefinedType& type, IndexSpace& fields, NameMap& names);
    Parsed<> function_signature(FunctionType& type);
    Parsed<FieldType> field_type();
    Parsed<ValueType> storage_type();
    Parsed<ValueType> value_type();
    Parsed<ValueType> reference_type();
    Parsed<HeapType> heap_type();
    bool is_value_type() const;
    bool is_reference_type() const;
    Parsed<AddressType> address_type();
    Parsed<Limits> limits(AddressType address);
    Parsed<TableType> table_type(AddressType address);
    Parsed<MemoryType> memory_type(AddressType address);
    Parsed<u8> page_size();
    Parsed<GlobalType> global_type();

    // Type uses (parser_type_use.cpp).
    struct TypeUse {
        u32 offset = 0;
        std::optional<u32> index;
        FunctionType inline_type;
        std::vector<DeclaredName> parameter_names;  ///< by parameter
        bool has_inline() const {
            return !inline_type.parameters.empty() || !inline_type.results.empty();
        }
    };
    enum class Parameters : u8 { unnamed, named };
    Parsed<TypeUse> type_use(Parameters parameters);
    Parsed<> parameters(TypeUse& use, Parameters form);
    Parsed<> results(std::vector<ValueType>& types);
    Parsed<u32> type_index(const TypeUse& use);
    void remember_function_type(u32 index);
    u32 implicit_type(const FunctionType& type);

    // Fields (parser_fields.cpp): of each, from behind its keyword up to its `)`.
    Parsed<> fields();
    Parsed<> field();
    Parsed<> import_field(u32 source);
    Parsed<> import_description(Space space, ByteVector& out);
    Parsed<> write_tag_type(ByteVector& out);
    Parsed<> export_field(u32 source);
    Parsed<> start_field(u32 source);
    Parsed<> table_field(u32 source);
    Parsed<> memory_field(u32 source);
    Parsed<> global_field(u32 source);
    Parsed<> tag_field(u32 source);
    struct Head {
        u32 index = 0;
        bool is_import = false;
    };
    Parsed<Head> definition_head(Space space, u32 source);

    // Functions (parser_function.cpp).
    Parsed<> function_field(u32 source);
    Parsed<> function_body(u32 function, const TypeUse& use, u32 type, u32 source);
    Parsed<> name_parameters(const TypeUse& use, u32 type, NameMap& names);
    Parsed<> declare_local(const DeclaredName& declared);
    Parsed<> locals(NameMap& names);

    // Segments and constant expressions (parser_segments.cpp).
    enum class Extent : u8 { all, one_folded };
    struct Target {
        u32 index = 0;  ///< of a table or memory
        bool is_explicit = false;
        MarkedBytes offset{};
    };
    struct Elements {
        ValueType type = types::funcref;
        bool are_indices = false;
        u32 count = 0;
        MarkedBytes content{};
    };
    Parsed<std::optional<Target>> segment_target(Space space);
    Parsed<> element_field(u32 source);
    Parsed<Elements> element_list();
    Parsed<Elements> element_indices();
    Parsed<Elements> element_expressions(ValueType type);
    static Elements as_expressions(const Elements& indices, ValueType type);
    void encode_elements(const Elements& elements, SegmentMode mode, const Target& target,
                         u32 source);
    Parsed<> table_with_elements(AddressType address, u32 table, u32 source);
    Parsed<> data_field(u32 source);
    Parsed<ByteVector> strings();
    void encode_data(const ByteVector& content, const std::optional<Target>& target, u32 source);
    Parsed<> memory_with_data(AddressType address, u32 memory, u32 source);
    Parsed<MarkedBytes> expression(Extent extent);
    Parsed<MarkedBytes> constant_expression();
    Parsed<MarkedBytes> offset_expression();
    static MarkedBytes zero_expression(AddressType address, u32 source);

    // Instructions (parser_instruction.cpp). A folded one is held until its operands are there.
    enum class FrameKind : u8 {
        flat_block,
        flat_if,
        flat_else,
        held,          ///< a plain instruction, its operands follow
        block,         ///< folded, as all below
        if_condition,  ///< held, too
        if_then,
        if_between,  ///< behind `then`
        if_else,
        if_done,  ///< behind `else`
    };
    struct Frame {
        FrameKind kind;
        u32 source;
        u32 held_begin;            ///< in held_
        std::string_view label{};  ///< of an if whose condition is being read
        std::optional<u8> hint{};  ///< a branch hint
    };
    Parsed<> instructions(Extent extent);
    Parsed<> open_folded();
    Parsed<const OpcodeRow*> instruction_row();
    static bool is_block(Opcode opcode);
    Parsed<> open_then();
    Parsed<> open_else();
    Parsed<> close_folded();
    Parsed<> flat_instruction();
    Parsed<> flat_else(u32 source);
    Parsed<> flat_end(u32 source);
    Parsed<> check_end_label();
    Parsed<std::string_view> block_head(Opcode opcode);
    Parsed<> plain_head(const OpcodeRow& row);
    void emit_held(u32 begin, u32 source, std::optional<u8> hint);
    void emit(Opcode opcode, u32 source);
    bool takes_flat() const;
    void push_label(std::string_view label);
    Parsed<> check_hint_is_used();

    // Immediates (parser_immediates.cpp, parser_vectors.cpp), appended to held_.
    Parsed<> immediate(const OpcodeRow& row);
    Parsed<> rare_immediate(Immediate kind);
    Parsed<> write(u32 value);
    Parsed<> write_index(Space space);
    Parsed<> write_two_indices(Space space);
    Parsed<> segment_of(Space segments, Space space);
    Parsed<> select_types();
    Parsed<> typed_reference(const OpcodeRow& row);
    Parsed<> label_table();
    Parsed<> indirect_call();
    Parsed<> block_type();
    Parsed<> catch_clauses();
    Parsed<> cast();
    Parsed<> type_field();
    Parsed<> memory_argument(u32 alignment, bool has_lane);
    Parsed<std::optional<u64>> argument_number(std::string_view word);
    Parsed<> integer_constant(unsigned bits);
    Parsed<> float_constant(unsigned bits);
    Parsed<std::vector<Token>> numbers(size_t count, std::string_view reason);
    Parsed<> vector_constant();
    Parsed<> lane();
    Parsed<> shuffle();
    std::unexpected<TextError> constant_out_of_range(const Token& token) const;

    // Annotations (parser_annotations.cpp).
    Parsed<> field_annotations();
    Parsed<> head_annotations();
    Parsed<> field_annotation(const Token& annotation);
    Parsed<> instruction_annotations();
    Parsed<> custom_section(const Token& annotation);
    Parsed<size_t> custom_spot(Lexer& lexer);
    Parsed<> encoding_annotation(const Token& annotation);
    Parsed<> branch_hint(const Token& annotation);
    Parsed<std::optional<u8>> take_hint(Opcode opcode);
    std::unexpected<TextError> annotation_error(const Token& at, std::string_view name,
                                                std::string_view reason) const;
    void add_custom_sections();
    void add_branch_hints();

    ParsedModule finish();

    TokenReader tokens_;
    ModuleEncoder encoder_;

    // Found by the first walk.
    std::array<IndexSpace, spaces> names_;
    std::vector<u32> type_fields_;       ///< where the types and recursive groups stand
    std::string_view first_definition_;  ///< what was defined before any import: "function"
    u32 fields_begin_ = 0;               ///< where the first field stands
    bool is_enclosed_ = false;           ///< in (module …)

    // Types: those of the type section, implicit ones at the end.
    std::vector<DefinedType> types_;
    std::vector<IndexSpace> field_names_;       ///< by type
    std::map<ByteVector, u32> function_types_;  ///< encoded, for implicit types

    // The third walk.
    std::array<u32, spaces> next_{};  ///< the index of the next one
    bool has_start_ = false;
    bool uses_data_index_ = false;

    // The function or expression that is being read.
    MarkedBytes code_;
    ByteVector held_;
    std::vector<Frame> frames_;
    LabelStack labels_;
    IndexSpace locals_;
    bool in_function_ = false;
    std::optional<u8> pending_hint_;
    u32 pending_hint_offset_ = 0;
    std::vector<std::pair<u32, u8>> hints_;  ///< by offset in the body

    // For the name section, and other custom sections.
    std::optional<std::string> module_name_;
    std::array<NameMap, spaces> space_names_;
    IndirectNameMap local_names_;
    IndirectNameMap type_field_names_;
    struct Custom {
        size_t spot;
        std::string name;
        std::string content;
        u32 source;
    };
    std::vector<Custom> customs_;
    std::vector<std::pair<u32, std::vector<std::pair<u32, u8>>>> function_hints_;
    std::string encoding_;
};

}  // namespace icvm::vm
