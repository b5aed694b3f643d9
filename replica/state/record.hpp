#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "replica/base/principal.hpp"
#include "replica/crypto/sha.hpp"
#include "vm/base/bytes.hpp"

namespace icvm::replica {

/// Appends the fields of a record, little-endian; variable lengths are LEB128.
class RecordWriter {
public:
    void put_u8(u8 value) { *append(1) = value; }
    void put_u64(u64 value);
    void put_u128(u128 value);
    void put_bytes(Bytes bytes);  ///< its length first
    void put_text(std::string_view text) { put_bytes(bytes_of(text)); }
    void put_principal(const Principal& principal) { put_bytes(principal.bytes()); }
    ByteVector take() {
        bytes_.resize(size_);
        return std::move(bytes_);
    }

private:
    /// Room for so many bytes more.
    u8* append(size_t size);

    static constexpr size_t bytes_expected = 512;
    ByteVector bytes_ = ByteVector(bytes_expected);
    size_t size_ = 0;  ///< of them, what is written
};

/// Reads what RecordWriter wrote, from bytes that may be damaged. After the first field that is
/// not there every further one reads as zero or empty, and ok() stays false.
class RecordReader {
public:
    explicit RecordReader(Bytes bytes) : bytes_(bytes) {}

    u8 u8_field();
    u64 u64_field();
    u128 u128_field();
    Bytes bytes_field();
    Sha256 hash_field();
    std::string text_field() { return std::string(icvm::text_of(bytes_field())); }
    Principal principal_field();
    /// A count of elements that take at least `element_bytes` each: never more than can follow.
    u64 count_field(u64 element_bytes);
    void fail() { ok_ = false; }
    bool ok() const { return ok_; }
    /// Everything was there, and nothing is left over.
    bool at_end() const { return ok_ && bytes_.empty(); }

private:
    Bytes take(u64 size);

    Bytes bytes_;
    bool ok_ = true;
};

/// The key of a record: its family, and an id in hexadecimal digits.
std::string hex_key(std::string_view prefix, Bytes bytes);

}  // namespace icvm::replica
