#pragma once

/// The part of CBOR (RFC 8949) that the Internet Computer uses (Interface spec, "CBOR"): unsigned
/// integers, byte strings, texts, arrays, maps with texts as keys, and the tag "this is CBOR".

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"

namespace icvm::replica::cbor {

/// RFC 8949, 3.4.6: the bytes D9 D9 F7.
inline constexpr u64 self_described_tag = 55799;
/// RFC 8949, 3.4.3: an unsigned integer as a byte string, most significant byte first.
inline constexpr u64 bignum_tag = 2;
/// Items within items that decode() follows. Hash trees nest deepest (see hash_tree.hpp).
inline constexpr unsigned depth_max = 128;

struct Value;
struct Field;
using Array = std::vector<Value>;
using Map = std::vector<Field>;  ///< in the order of the bytes; no name is there twice

/// An item. Strings point into the bytes that it was decoded from.
struct Value {
    std::variant<u64, Bytes, std::string_view, Array, Map> item;

    /// nullptr: it is of another type.
    template <class Type>
    const Type* as() const {
        return std::get_if<Type>(&item);
    }
};

struct Field {
    std::string_view name;
    Value value;
};

/// nullptr: there is none.
const Value* find(const Map& map, std::string_view name);

/// Why bytes are not CBOR of this kind.
struct Malformed {
    u64 offset = 0;  ///< of the item, in bytes
    std::string reason;
};

/// The only item of `bytes`; it may stand behind the self-described tag. Lengths and integers may
/// be longer than needed, and an integer below 2^64 may be a bignum, as agents write it. What the
/// Internet Computer has no use for is refused: other tags, negative integers, floats, simple
/// values, indefinite lengths, maps with other keys than texts, or with a key twice.
Result<Value, Malformed> decode(Bytes bytes);

/// Writes items in their shortest form, one after the other.
class Writer {
public:
    void put_self_described() { put_head(6, self_described_tag); }
    void put_unsigned(u64 value) { put_head(0, value); }
    void put_bytes(Bytes bytes);
    void put_text(std::string_view text);
    /// Before its `count` elements.
    void put_array(u64 count) { put_head(4, count); }
    /// Before its `count` pairs, each a text and what it names.
    void put_map(u64 count) { put_head(5, count); }
    void put(const Value& value);
    ByteVector take() { return std::exchange(bytes_, {}); }

private:
    void put_head(u8 major_type, u64 argument);

    ByteVector bytes_;
};

}  // namespace icvm::replica::cbor
