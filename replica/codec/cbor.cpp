#include "replica/codec/cbor.hpp"

#include <algorithm>

#include "vm/base/utf8.hpp"

namespace icvm::replica::cbor {

namespace {

/// RFC 8949, 3.1.
enum MajorType : u8 { unsigned_integer, negative_integer, byte_string, text, array, map, tag };

struct Head {
    u64 offset = 0;
    u8 major_type = 0;
    u64 argument = 0;
};

bool has_duplicates(const Map& map) {
    std::vector<std::string_view> names;
    names.reserve(map.size());
    for (const Field& field : map) names.push_back(field.name);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

class Reader {
public:
    explicit Reader(Bytes bytes) : all_(bytes), rest_(bytes) {}

    Result<Value, Malformed> document();

private:
    static std::unexpected<Malformed> error(u64 offset, std::string reason) {
        return std::unexpected(Malformed{offset, std::move(reason)});
    }
    u64 offset() const { return all_.size() - rest_.size(); }

    Result<Head, Malformed> head();
    Result<u64, Malformed> argument(u8 additional_information);
    /// `depth`: items that this one is within.
    Result<Value, Malformed> item(const Head& head, unsigned depth);
    Result<Value, Malformed> next_item(unsigned depth);
    Result<Bytes, Malformed> string(const Head& head);
    Result<std::string_view, Malformed> text_string(const Head& head);
    Result<Value, Malformed> bignum(const Head& head);
    Result<Value, Malformed> elements(const Head& head, unsigned depth);
    Result<Value, Malformed> fields(const Head& head, unsigned depth);

    Bytes all_, rest_;
};

Result<Value, Malformed> Reader::document() {
    Head first = TRY(head());
    if (first.major_type == tag && first.argument == self_described_tag) first = TRY(head());
    Value value = TRY(item(first, 0));
    if (!rest_.empty()) return error(offset(), "bytes follow the item");
    return value;
}

Result<Head, Malformed> Reader::head() {
    const u64 start = offset();
    if (rest_.empty()) return error(start, "the bytes end before an item");
    const u8 initial = rest_.front();
    rest_ = rest_.subspan(1);
    return Head{start, u8(initial >> 5), TRY(argument(initial & 0x1F))};
}

Result<u64, Malformed> Reader::argument(u8 additional_information) {
    if (additional_information < 24) return additional_information;
    if (additional_information == 31) return error(offset() - 1, "an indefinite length");
    if (additional_information > 27) return error(offset() - 1, "a reserved initial byte");
    const size_t size = size_t(1) << (additional_information - 24);
    if (rest_.size() < size) return error(offset() - 1, "the bytes end within an item's head");
    u64 value = 0;
    for (const u8 byte : rest_.first(size)) value = value << 8 | byte;
    rest_ = rest_.subspan(size);
    return value;
}

Result<Value, Malformed> Reader::item(const Head& head, unsigned depth) {
    switch (head.major_type) {
        case unsigned_integer: return Value{head.argument};
        case negative_integer: return error(head.offset, "a negative integer");
        case byte_string: return Value{TRY(string(head))};
        case text: return Value{TRY(text_string(head))};
        case array: return elements(head, depth);
        case map: return fields(head, depth);
        case tag:
            if (head.argument == bignum_tag) return bignum(head);
            return error(head.offset, "tag " + std::to_string(head.argument));
        default: return error(head.offset, "a float or a simple value");
    }
}

Result<Value, Malformed> Reader::next_item(unsigned depth) {
    const Head next = TRY(head());
    if (depth > depth_max)
        return error(next.offset, "more than " + std::to_string(depth_max) + " items in another");
    return item(next, depth);
}

Result<Bytes, Malformed> Reader::string(const Head& head) {
    if (head.argument > rest_.size())
        return error(head.offset, "a string of " + std::to_string(head.argument) +
                                      " bytes, but only " + std::to_string(rest_.size()) +
                                      " follow");
    const Bytes bytes = rest_.first(head.argument);
    rest_ = rest_.subspan(head.argument);
    return bytes;
}

Result<std::string_view, Malformed> Reader::text_string(const Head& head) {
    const Bytes bytes = TRY(string(head));
    if (!is_utf8(bytes)) return error(head.offset, "a text that is not UTF-8");
    return text_of(bytes);
}

Result<Value, Malformed> Reader::bignum(const Head& tag_head) {
    const Head content = TRY(head());
    if (content.major_type != byte_string)
        return error(tag_head.offset, "a bignum that is not a byte string");
    u64 value = 0;
    for (const u8 byte : TRY(string(content))) {
        if (value >> 56) return error(tag_head.offset, "an integer of more than 64 bits");
        value = value << 8 | byte;
    }
    return Value{value};
}

// No capacity is reserved by a count: it may lie, once for each level. The bytes run out first.
Result<Value, Malformed> Reader::elements(const Head& head, unsigned depth) {
    Array array;
    for (u64 i = 0; i < head.argument; i++) array.push_back(TRY(next_item(depth + 1)));
    return Value{std::move(array)};
}

Result<Value, Malformed> Reader::fields(const Head& map_head, unsigned depth) {
    Map map;
    for (u64 i = 0; i < map_head.argument; i++) {
        const Head key = TRY(head());
        if (key.major_type != text) return error(key.offset, "a key of a map that is not a text");
        const std::string_view name = TRY(text_string(key));
        map.push_back({name, TRY(next_item(depth + 1))});
    }
    if (has_duplicates(map)) return error(map_head.offset, "a map with a key twice");
    return Value{std::move(map)};
}

}  // namespace

const Value* find(const Map& map, std::string_view name) {
    const auto found = std::ranges::find(map, name, &Field::name);
    return found == map.end() ? nullptr : &found->value;
}

Result<Value, Malformed> decode(Bytes bytes) { return Reader(bytes).document(); }

void Writer::put_bytes(Bytes bytes) {
    put_head(byte_string, bytes.size());
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Writer::put_text(std::string_view characters) {
    put_head(text, characters.size());
    bytes_.insert(bytes_.end(), characters.begin(), characters.end());
}

void Writer::put(const Value& value) {
    if (const auto* number = value.as<u64>()) {
        put_unsigned(*number);
    } else if (const auto* bytes = value.as<Bytes>()) {
        put_bytes(*bytes);
    } else if (const auto* characters = value.as<std::string_view>()) {
        put_text(*characters);
    } else if (const auto* elements = value.as<Array>()) {
        put_array(elements->size());
        for (const Value& element : *elements) put(element);
    } else if (const auto* fields = value.as<Map>()) {
        put_map(fields->size());
        for (const Field& field : *fields) {
            put_text(field.name);
            put(field.value);
        }
    }
}

void Writer::put_head(u8 major_type, u64 argument) {
    const u8 type = u8(major_type << 5);
    if (argument < 24) return bytes_.push_back(u8(type | argument));
    const unsigned log_size = argument <= 0xFF     ? 0
                              : argument <= 0xFFFF ? 1
                              : argument >> 32     ? 3
                                                   : 2;
    bytes_.push_back(u8(type | (24 + log_size)));
    for (int shift = (8 << log_size) - 8; shift >= 0; shift -= 8)
        bytes_.push_back(u8(argument >> shift));
}

}  // namespace icvm::replica::cbor
