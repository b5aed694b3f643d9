#pragma once

/// The pieces of the binary format, read from the front of bytes.

#include <optional>
#include <string>

#include "replica/candid/candid.hpp"
#include "vm/base/bytes.hpp"

namespace icvm::replica::candid {

class WireReader {
public:
    explicit WireReader(Bytes bytes) : all_(bytes), rest_(bytes) {}

    size_t remaining() const { return rest_.size(); }
    Bytes& rest() { return rest_; }

    Result<u8, ValueError> byte();
    Result<u64, ValueError> number();  ///< LEB128
    Result<i64, ValueError> signed_number();
    /// A count of things of which each takes `bytes_each` bytes at least.
    Result<u64, ValueError> count(u64 bytes_each, std::string_view things);
    Result<Bytes, ValueError> bytes(u64 size);
    /// A length, and so many bytes.
    Result<Bytes, ValueError> sized();
    /// The same, which must be UTF-8.
    Result<std::string_view, ValueError> text();

    std::unexpected<ValueError> error(std::string message) const;

private:
    Bytes all_, rest_;
};

}  // namespace icvm::replica::candid
