#pragma once

/// Values in one table, in the order in which they are written and sent: a value, then its parts.
/// A value does not know its type: whoever reads it walks along a type.

#include <string_view>
#include <vector>

#include "replica/candid/number.hpp"
#include "replica/candid/type.hpp"
#include "vm/base/bytes.hpp"

namespace icvm::replica::candid {

/// Values nested more deeply are refused, be they text or bytes.
constexpr u32 value_depth_max = 1000;

/// A missing field is a value, too: a small message at a type with many of them becomes large.
constexpr u32 fitted_values_max = 8'000'000;

enum class ValueKind : u8 {
    null,       ///< also of reserved, and an opt without a value
    boolean,    ///< bits
    number,     ///< bits: a nat or int that fits into i64; a fixed-width number, sign-extended
    large,      ///< a nat or int: bytes() are its magnitude
    negative,   ///< the same, below zero
    floating,   ///< bits: the IEEE 754 pattern of the type's width
    text,       ///< bytes()
    blob,       ///< bytes(), a vec nat8
    principal,  ///< bytes(), also of a service
    func,       ///< bytes() are the principal's; its part is the method's name, a text
    some,       ///< an opt with its value
    vec,
    record,   ///< parts in the order of the type's fields
    variant,  ///< bits: the tag's place in the type; its part is the tag's value

    // Only in text that has not been fitted to a type:
    literal,     ///< bytes(): the digits of a number with their sign; hexadecimal with "0x"
    decimals,    ///< bytes(): a number with dot or exponent, or "NaN", "inf"
    field,       ///< bits: the id; `length` the name's place in the table of types; one part
    service,     ///< bytes()
    annotation,  ///< bits: the TypeIndex, or no_type where none is written; one part
};

constexpr u64 no_type = ~u64(0);

struct Value {
    ValueKind kind = ValueKind::null;
    u32 end = 0;       ///< the value after this one and its parts
    u32 position = 0;  ///< in the text that it was read from
    u32 length = 0;    ///< of its bytes
    u64 bits = 0;      ///< what it is, or where its bytes are
};

class Values {
public:
    const Value& operator[](u32 index) const { return values_[index]; }
    Value& operator[](u32 index) { return values_[index]; }
    u32 size() const { return u32(values_.size()); }

    /// Adds a value without parts, or whose parts are added next, up to close().
    u32 add(ValueKind kind, u64 bits = 0, u32 position = 0) {
        values_.push_back({kind, size() + 1, position, 0, bits});
        return size() - 1;
    }
    u32 add(ValueKind kind, Bytes bytes, u32 position = 0) {
        values_.push_back({kind, size() + 1, position, u32(bytes.size()), bytes_.size()});
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return size() - 1;
    }
    void add(const Integer& integer, u32 position = 0);
    void close(u32 index) { values_[index].end = size(); }
    /// Forgets the values from this one on.
    void drop_from(u32 index) { values_.resize(index); }

    Bytes bytes(const Value& value) const {
        return Bytes(bytes_).subspan(value.bits, value.length);
    }
    std::string_view text(const Value& value) const { return text_of(bytes(value)); }
    /// Of a number, large or negative one.
    Integer integer(const Value& value) const;
    /// The number of parts.
    size_t parts(u32 index) const;

private:
    std::vector<Value> values_;
    ByteVector bytes_;
};

/// Values and the types of each.
struct Arguments {
    Types types;
    std::vector<Field> fields;  ///< the arguments' types, perhaps their names
    Values values;              ///< one after the other
};

}  // namespace icvm::replica::candid
