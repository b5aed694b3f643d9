#include "replica/state/record.hpp"

#include <algorithm>
#include <utility>

#include "vm/base/leb128.hpp"

namespace icvm::replica {

u8* RecordWriter::append(size_t size) {
    if (size > bytes_.size() - size_) bytes_.resize(std::max(2 * bytes_.size(), size_ + size));
    return bytes_.data() + std::exchange(size_, size_ + size);
}

void RecordWriter::put_u64(u64 value) {
    u8* bytes = append(sizeof value);
    for (int i = 0; i < 8; i++) bytes[i] = u8(value >> (8 * i));
}

void RecordWriter::put_u128(u128 value) {
    put_u64(u64(value));
    put_u64(u64(value >> 64));
}

void RecordWriter::put_bytes(Bytes bytes) {
    u64 size = bytes.size();
    for (; size >= 0x80; size >>= 7) put_u8(u8(size | 0x80));
    put_u8(u8(size));
    std::ranges::copy(bytes, append(bytes.size()));
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
    std::string key(prefix.size() + 2 * bytes.size(), '\0');
    char* out = std::ranges::copy(prefix, key.data()).out;
    for (const u8 byte : bytes) {
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    return key;
}

}  // namespace icvm::replica
