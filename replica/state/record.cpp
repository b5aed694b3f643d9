#include "replica/state/record.hpp"

#include <algorithm>
#include <iterator>

#include "vm/base/leb128.hpp"

namespace icvm::replica {

void RecordWriter::put_u64(u64 value) {
    u8 bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = u8(value >> (8 * i));
    bytes_.insert(bytes_.end(), std::begin(bytes), std::end(bytes));
}

void RecordWriter::put_u128(u128 value) {
    put_u64(u64(value));
    put_u64(u64(value >> 64));
}

void RecordWriter::put_bytes(Bytes bytes) {
    write_unsigned_leb128(bytes_, bytes.size());
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

Bytes RecordReader::take(u64 size) {
    if (size > bytes_.size()) ok_ = false;
    if (!ok_) return {};
    const Bytes taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
}

u8 RecordReader::u8_field() {
    const Bytes bytes = take(1);
    return bytes.empty() ? 0 : bytes[0];
}

u64 RecordReader::u64_field() {
    const Bytes bytes = take(8);
    u64 value = 0;
    for (size_t i = 0; i < bytes.size(); i++) value |= u64(bytes[i]) << (8 * i);
    return value;
}

u128 RecordReader::u128_field() {
    const u64 low = u64_field();
    return u128(u64_field()) << 64 | low;
}

Bytes RecordReader::bytes_field() {
    if (!ok_) return {};
    const auto size = read_unsigned_leb128(bytes_);
    if (!size) {
        ok_ = false;
        return {};
    }
    return take(*size);
}

Sha256 RecordReader::hash_field() {
    Sha256 hash{};
    const Bytes bytes = bytes_field();
    if (bytes.size() == hash.size())
        std::ranges::copy(bytes, hash.begin());
    else
        ok_ = false;
    return hash;
}

Principal RecordReader::principal_field() {
    const auto principal = Principal::from_bytes(bytes_field());
    if (!principal) ok_ = false;
    return principal.value_or(Principal());
}

u64 RecordReader::count_field(u64 element_bytes) {
    const u64 count = u64_field();
    if (count > bytes_.size() / element_bytes) ok_ = false;
    return ok_ ? count : 0;
}

std::string hex_key(std::string_view prefix, Bytes bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string key;
    key.reserve(prefix.size() + 2 * bytes.size());
    key = prefix;
    for (const u8 byte : bytes) {
        key += digits[byte >> 4];
        key += digits[byte & 15];
    }
    return key;
}

}  // namespace icvm::replica
