#include "replica/candid/wire_reader.hpp"

#include "vm/base/leb128.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica::candid {

std::unexpected<ValueError> WireReader::error(std::string message) const {
    const size_t offset = all_.size() - rest_.size();
    return std::unexpected(
        ValueError{0, 0, "byte " + std::to_string(offset) + ": " + std::move(message)});
}

Result<u8, ValueError> WireReader::byte() {
    if (rest_.empty()) return error("the bytes end too early");
    const u8 byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
}

Result<u64, ValueError> WireReader::number() {
    const auto value = read_unsigned_leb128(rest_);
    if (!value) return error("no LEB128 number of 64 bits");
    return *value;
}

Result<i64, ValueError> WireReader::signed_number() {
    const auto value = read_signed_leb128(rest_);
    if (!value) return error("no signed LEB128 number of 64 bits");
    return *value;
}

Result<u64, ValueError> WireReader::count(u64 bytes_each, std::string_view things) {
    const u64 count = TRY(number());
    if (count > rest_.size() / bytes_each)
        return error(std::to_string(count) + " " + std::string(things) + ", but only " +
                     std::to_string(rest_.size()) + " bytes remain");
    return count;
}

Result<Bytes, ValueError> WireReader::bytes(u64 size) {
    if (size > rest_.size())
        return error(std::to_string(size) + " bytes are to follow, but only " +
                     std::to_string(rest_.size()) + " remain");
    const Bytes bytes = rest_.first(size);
    rest_ = rest_.subspan(size);
    return bytes;
}

Result<Bytes, ValueError> WireReader::sized() {
    const u64 size = TRY(number());
    return bytes(size);
}

Result<std::string_view, ValueError> WireReader::text() {
    const Bytes bytes = TRY(sized());
    if (!is_utf8(bytes)) return error("the text before this is not UTF-8");
    return text_of(bytes);
}

}  // namespace icvm::replica::candid
