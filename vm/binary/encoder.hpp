#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

/// The sections in the order in which they stand in a module (Wasm 5.5.1).
enum class SectionPlace : u8 {
    type,
    import,
    function,
    table,
    memory,
    tag,
    global,
    export_,
    start,
    element,
    data_count,
    code,
    data,
};
inline constexpr size_t section_places = 13;

/// The shortest form of each part (Wasm 5.2 to 5.5).
void encode_name(ByteVector& out, std::string_view name);
void encode_heap_type(ByteVector& out, HeapType type);
void encode_value_type(ByteVector& out, ValueType type);
void encode_value_types(ByteVector& out, const std::vector<ValueType>& types);
void encode_limits(ByteVector& out, const Limits& limits, u8 flags = 0);
void encode_table_type(ByteVector& out, const TableType& type);
void encode_memory_type(ByteVector& out, const MemoryType& type);
void encode_global_type(ByteVector& out, const GlobalType& type);
void encode_defined_type(ByteVector& out, const DefinedType& type);
void encode_opcode(ByteVector& out, u16 opcode);
void encode_f32(ByteVector& out, u32 bits);
void encode_f64(ByteVector& out, u64 bits);

/// From `offset` in some bytes on, up to the next mark, they came from `source`.
struct Mark {
    u32 offset = 0;
    u32 source = 0;
};

struct MarkedBytes {
    ByteVector bytes;
    std::vector<Mark> marks;  ///< ascending by offset

    void mark(u32 source) { marks.push_back({u32(bytes.size()), source}); }
    void append(const MarkedBytes& other);
};

/// Puts a module together from entries of its sections, in canonical form: sections in their
/// order, none that is empty.
class ModuleEncoder {
public:
    /// Begins an entry of a section, whose content is then appended to what this gives; `source`
    /// is where it came from.
    MarkedBytes& begin_entry(SectionPlace place, u32 source);

    /// A custom section before (2 * place) or after (2 * place + 1) that of a place; of several at
    /// one spot the earlier stands first.
    void add_custom_section(size_t spot, std::string_view name, Bytes content, u32 source);
    static constexpr size_t spot_last = 2 * section_places - 1;

    MarkedBytes finish() const;

private:
    struct Section {
        u32 entries = 0;
        MarkedBytes content;
    };

    void append_section(MarkedBytes& out, SectionPlace place) const;

    std::array<Section, section_places> sections_;
    std::array<std::vector<MarkedBytes>, 2 * section_places> customs_;
};

}  // namespace icvm::vm
