#pragma once

#include <bit>
#include <concepts>
#include <cstring>

#include "vm/base/bytes.hpp"

namespace icvm::replica {

/// Little-endian integers at any alignment.
template <std::unsigned_integral Integer>
Integer load_little(const u8* from) {
    Integer value;
    std::memcpy(&value, from, sizeof value);
    if constexpr (std::endian::native == std::endian::big) value = std::byteswap(value);
    return value;
}

template <std::unsigned_integral Integer>
void store_little(u8* to, Integer value) {
    if constexpr (std::endian::native == std::endian::big) value = std::byteswap(value);
    std::memcpy(to, &value, sizeof value);
}

template <std::unsigned_integral Integer>
void put(ByteVector& out, Integer value) {
    out.resize(out.size() + sizeof value);
    store_little(out.data() + out.size() - sizeof value, value);
}

inline void put(ByteVector& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

/// Takes fields from the front of bytes. Once they run out, good() is false and every field is 0.
class FieldReader {
public:
    explicit FieldReader(Bytes bytes) : rest_(bytes) {}

    template <std::unsigned_integral Integer>
    Integer take() {
        const Bytes field = take_bytes(sizeof(Integer));
        return good_ ? load_little<Integer>(field.data()) : Integer{0};
    }
    Bytes take_bytes(size_t count) {
        if (count > rest_.size()) good_ = false;
        if (!good_) return {};
        const Bytes field = rest_.first(count);
        rest_ = rest_.subspan(count);
        return field;
    }
    bool good() const { return good_; }
    bool at_end() const { return good_ && rest_.empty(); }

private:
    Bytes rest_;
    bool good_ = true;
};

}  // namespace icvm::replica
