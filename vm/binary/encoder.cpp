#include "vm/binary/encoder.hpp"

#include "vm/base/leb128.hpp"

namespace icvm::vm {
namespace {

constexpr u8 section_ids[section_places] = {1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11};

/// Those two have no number of entries in front.
bool has_entries(SectionPlace place) {
    return place != SectionPlace::start && place != SectionPlace::data_count;
}

void append_bytes(ByteVector& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void encode_field_type(ByteVector& out, const FieldType& field) {
    encode_value_type(out, field.type);
    out.push_back(field.is_mutable ? 1 : 0);
}

template <class Integer>
void encode_little_endian(ByteVector& out, Integer bits) {
    for (size_t i = 0; i < sizeof bits; i++) out.push_back(u8(bits >> (8 * i)));
}

}  // namespace

void encode_name(ByteVector& out, std::string_view name) {
    write_unsigned_leb128(out, name.size());
    append_bytes(out, bytes_of(name));
}

void encode_heap_type(ByteVector& out, HeapType type) {
    if (type.is_index())
        write_signed_leb128(out, type.index());
    else
        out.push_back(type.code());
}

void encode_value_type(ByteVector& out, ValueType type) {
    // A nullable reference to an abstract type is its one byte (Wasm 5.3.5).
    const bool is_short =
        !type.is_reference() || (type.is_nullable() && !type.heap_type().is_index());
    if (!type.is_reference()) return out.push_back(type.code());
    if (!is_short) out.push_back(type.code());
    encode_heap_type(out, type.heap_type());
}

void encode_value_types(ByteVector& out, const std::vector<ValueType>& types) {
    write_unsigned_leb128(out, types.size());
    for (const ValueType type : types) encode_value_type(out, type);
}

void encode_limits(ByteVector& out, const Limits& limits, u8 flags) {
    out.push_back(flags | (limits.has_maximum ? 1 : 0) |
                  (limits.address_type == AddressType::i64 ? 4 : 0));
    write_unsigned_leb128(out, limits.minimum);
    if (limits.has_maximum) write_unsigned_leb128(out, limits.maximum);
}

void encode_table_type(ByteVector& out, const TableType& type) {
    encode_value_type(out, type.element);
    encode_limits(out, type.limits);
}

void encode_memory_type(ByteVector& out, const MemoryType& type) {
    const bool custom_pages = type.page_bytes_log2 != 16;
    encode_limits(out, type.limits, (type.shared ? 2 : 0) | (custom_pages ? 8 : 0));
    if (custom_pages) write_unsigned_leb128(out, type.page_bytes_log2);
}

void encode_global_type(ByteVector& out, const GlobalType& type) {
    encode_value_type(out, type.value);
    out.push_back(type.is_mutable ? 1 : 0);
}

void encode_defined_type(ByteVector& out, const DefinedType& type) {
    if (!type.is_final || type.supertype) {
        out.push_back(type.is_final ? 0x4F : 0x50);
        out.push_back(type.supertype ? 1 : 0);
        if (type.supertype) write_unsigned_leb128(out, *type.supertype);
    }
    switch (type.kind) {
        case CompositeKind::function:
            out.push_back(0x60);
            encode_value_types(out, type.function.parameters);
            encode_value_types(out, type.function.results);
            return;
        case CompositeKind::structure:
            out.push_back(0x5F);
            write_unsigned_leb128(out, type.fields.size());
            for (const FieldType& field : type.fields) encode_field_type(out, field);
            return;
        case CompositeKind::array:
            out.push_back(0x5E);
            encode_field_type(out, type.fields[0]);
            return;
    }
}

void encode_opcode(ByteVector& out, u16 opcode) {
    if (opcode < 0x100) return out.push_back(u8(opcode));
    // The instructions behind 0xFD are more than 256: they go on in 0xFE00 (opcode.def).
    const u16 prefix = opcode >= 0xFD00 ? 0xFD00 : opcode & 0xFF00;
    out.push_back(u8(prefix >> 8));
    write_unsigned_leb128(out, opcode - prefix);
}

void encode_f32(ByteVector& out, u32 bits) { encode_little_endian(out, bits); }
void encode_f64(ByteVector& out, u64 bits) { encode_little_endian(out, bits); }

void MarkedBytes::append(const MarkedBytes& other) {
    for (const Mark& mark : other.marks)
        marks.push_back({u32(bytes.size()) + mark.offset, mark.source});
    append_bytes(bytes, other.bytes);
}

MarkedBytes& ModuleEncoder::begin_entry(SectionPlace place, u32 source) {
    Section& section = sections_[size_t(place)];
    section.entries++;
    section.content.mark(source);
    return section.content;
}

void ModuleEncoder::add_custom_section(size_t spot, std::string_view name, Bytes content,
                                       u32 source) {
    MarkedBytes section;
    section.mark(source);
    encode_name(section.bytes, name);
    append_bytes(section.bytes, content);
    customs_[spot].push_back(std::move(section));
}

void ModuleEncoder::append_section(MarkedBytes& out, SectionPlace place) const {
    const Section& section = sections_[size_t(place)];
    if (section.entries == 0) return;
    ByteVector count;
    if (has_entries(place)) write_unsigned_leb128(count, section.entries);
    out.bytes.push_back(section_ids[size_t(place)]);
    write_unsigned_leb128(out.bytes, count.size() + section.content.bytes.size());
    append_bytes(out.bytes, count);
    out.append(section.content);
}

MarkedBytes ModuleEncoder::finish() const {
    MarkedBytes out{.bytes = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00}, .marks = {}};
    for (size_t spot = 0; spot <= spot_last; spot++) {
        // Between the spots before and after a section stands the section.
        if (spot % 2 == 1) append_section(out, SectionPlace(spot / 2));
        for (const MarkedBytes& custom : customs_[spot]) {
            out.bytes.push_back(0);
            write_unsigned_leb128(out.bytes, custom.bytes.size());
            out.append(custom);
        }
    }
    return out;
}

}  // namespace icvm::vm
