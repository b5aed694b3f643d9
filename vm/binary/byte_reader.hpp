#pragma once

#include <optional>
#include <string_view>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::vm {

enum class MalformedReason : u8 {
#define MALFORMED(id, text) id,
#include "vm/binary/malformed.def"
};

/// Malformed in a form that costs nothing to hand up.
struct ReadError {
    MalformedReason reason;
    u32 offset = 0;
    /// The opcode or type code that is none; an opcode behind a prefix byte has that byte in its
    /// highest eight bits.
    std::optional<u32> found{};
};

/// "illegal opcode fd 9a"
Malformed to_malformed(const ReadError& error);

/// Reads the elements of the binary format (Wasm 5.2) from a range of a module's bytes.
class ByteReader {
public:
    ByteReader(Bytes module, ByteRange range)
        : start_(module.data()),
          position_(module.data() + range.offset),
          end_(position_ + range.size) {}

    bool at_end() const { return position_ == end_; }
    u32 offset() const { return u32(position_ - start_); }
    size_t remaining() const { return size_t(end_ - position_); }
    Bytes rest() const { return {position_, end_}; }
    /// There must be one.
    u8 next_byte() const { return *position_; }
    void skip(u32 size) { position_ += size; }
    std::unexpected<ReadError> error(MalformedReason reason) const { return error_at(0, reason); }
    /// An error `back` bytes before here.
    std::unexpected<ReadError> error_at(u32 back, MalformedReason reason) const {
        return std::unexpected(ReadError{reason, offset() - back});
    }

    Result<u8, ReadError> read_byte() {
        if (position_ == end_) [[unlikely]]
            return error(MalformedReason::unexpected_end);
        return *position_++;
    }
    Result<u32, ReadError> read_u32() {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return *position_++;
        return read_u32_long();
    }
    Result<u64, ReadError> read_u64() {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return *position_++;
        return read_u64_long();
    }
    Result<i32, ReadError> read_i32() {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return i32(*position_++ << 25) >> 25;
        return read_i32_long();
    }
    Result<i64, ReadError> read_i64() {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return i64(u64(*position_++) << 57) >> 57;
        return read_i64_long();
    }
    Result<i64, ReadError> read_s33();
    /// Four or eight bytes, little end first.
    Result<u32, ReadError> read_f32() { return read_fixed<u32>(); }
    Result<u64, ReadError> read_f64() { return read_fixed<u64>(); }
    /// A number of entries of which each takes at least one byte: never more than bytes remain.
    Result<u32, ReadError> read_count(u32 entries_max);
    Result<ByteRange, ReadError> read_range(u32 size);
    /// A name: its length, then UTF-8 (Wasm 5.2.4).
    Result<std::string_view, ReadError> read_name();
    Result<ValueType, ReadError> read_value_type();
    Result<ValueType, ReadError> read_reference_type();
    /// Or a packed type (Wasm 5.3.7).
    Result<ValueType, ReadError> read_storage_type();
    Result<HeapType, ReadError> read_heap_type();
    /// The reference type whose first byte was `code`; nothing when there is none.
    Result<std::optional<ValueType>, ReadError> read_reference_type(u8 code);
    /// The byte just read, `code`, is no type: they are signed LEB128 numbers of one byte.
    std::unexpected<ReadError> no_type(MalformedReason reason, u8 code) const {
        if (code >= 0x80) reason = MalformedReason::integer_too_long;
        return std::unexpected(ReadError{reason, offset() - 1, code});
    }

private:
    Result<u32, ReadError> read_u32_long();
    Result<u64, ReadError> read_u64_long();
    Result<i32, ReadError> read_i32_long();
    Result<i64, ReadError> read_i64_long();
    template <unsigned bits, bool is_signed>
    Result<u64, ReadError> read_leb128();
    template <class T>
    Result<T, ReadError> read_fixed();

    const u8* start_;
    const u8* position_;
    const u8* end_;
};

}  // namespace icvm::vm
