#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::vm {

enum class ExternKind : u8 { function, table, memory, global, tag };

/// A range of bytes of the module, by offset from its first byte.
struct ByteRange {
    u32 offset = 0;
    u32 size = 0;
};

struct Import {
    std::string module;
    std::string name;
    ExternKind kind;
    u32 type_index = 0;  ///< function, tag
    TableType table{};
    MemoryType memory{};
    GlobalType global{};
    u32 offset = 0;
};

struct Export {
    std::string name;
    ExternKind kind;
    u32 index = 0;
    u32 offset = 0;
};

/// A constant expression, as its bytes including the final `end` (Wasm 3.3.10).
using ConstantExpression = ByteRange;

/// A function with a body in this module.
struct Function {
    u32 type_index = 0;
    ByteRange body{};  ///< local declarations and instructions, without the size field
};

struct Table {
    TableType type;
    std::optional<ConstantExpression> initializer;
};

struct Global {
    GlobalType type;
    ConstantExpression initializer{};
};

enum class SegmentMode : u8 { active, passive, declarative };

/// An exception tag that the module defines (Wasm 2.5.6).
struct Tag {
    u32 type_index = 0;
};

struct ElementSegment {
    SegmentMode mode = SegmentMode::active;
    u32 table_index = 0;
    ConstantExpression table_offset{};
    /// Of function indices: (ref func).
    ValueType type = ValueType::reference(heap_types::function, false);
    std::vector<u32> functions;                   ///< either function indices …
    std::vector<ConstantExpression> expressions;  ///< … or expressions
    bool has_expressions = false;                 ///< also when it has none
    u32 offset = 0;
    size_t size() const { return functions.size() + expressions.size(); }
};

struct DataSegment {
    SegmentMode mode = SegmentMode::active;
    u32 memory_index = 0;
    ConstantExpression memory_offset{};
    ByteRange content{};
};

struct CustomSection {
    std::string name;
    ByteRange content{};
};

/// A decoded module (Wasm 2.5). Index spaces count imports first. It owns its bytes.
struct Module {
    ByteVector bytes;
    std::vector<DefinedType> types;
    std::vector<Import> imports;
    std::vector<Function> functions;   ///< without the imported ones
    std::vector<Table> tables;         ///< without the imported ones
    std::vector<MemoryType> memories;  ///< without the imported ones
    std::vector<Global> globals;       ///< without the imported ones
    std::vector<Tag> tags;             ///< without the imported ones
    std::vector<Export> exports;
    std::optional<u32> start;
    std::vector<ElementSegment> elements;
    std::vector<DataSegment> data;
    std::optional<u32> data_count;
    std::vector<CustomSection> custom_sections;
    ByteRange code_section{};  ///< its content; empty when there is none
    /// Where the content of a section starts, by its id; 0: there is none.
    std::array<u32, 14> section_offsets{};

    // The index spaces, imports included.
    std::vector<u32> function_types;  ///< type index by function index
    std::vector<TableType> table_types;
    std::vector<MemoryType> memory_types;
    std::vector<GlobalType> global_types;
    std::vector<u32> tag_types;  ///< type index by tag index
    u32 imported_functions = 0;
    u32 imported_tables = 0;
    u32 imported_memories = 0;
    u32 imported_globals = 0;
    u32 imported_tags = 0;

    /// By function index: named outside of the bodies, so that ref.func may name it (Wasm 3.4.1).
    std::vector<bool> declared_functions;

    /// From the name section; empty when there is none (Wasm 7.4.1). Points into `bytes`.
    std::string_view module_name;

    /// Names from the name section by function index; empty when there is none (Wasm 7.4.1).
    /// They point into `bytes`.
    std::vector<std::string_view> function_names;

    Bytes content(ByteRange range) const { return Bytes(bytes).subspan(range.offset, range.size); }
    const FunctionType& function_type(u32 function) const {
        return types[function_types[function]].function;
    }
    /// The first export of that kind and name; nullptr when there is none.
    const Export* find_export(std::string_view name, ExternKind kind) const;
    /// The first custom section of that name; nullptr when there is none.
    const CustomSection* find_custom_section(std::string_view name) const;
};

/// Bytes are no module (Wasm 5). `offset` counts from the module's first byte.
struct Malformed {
    u32 offset = 0;
    std::string reason;  ///< as the official suite words it
};

/// A module breaks a rule of validation (Wasm 3).
struct Invalid {
    u32 offset = 0;
    std::optional<u32> function{};  ///< index of the function in whose body it happened
    std::string reason;             ///< as the official suite words it
};

}  // namespace icvm::vm
