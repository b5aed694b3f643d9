#include "replica/execution/encoding.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "replica/execution/refusal.hpp"

namespace icvm::replica {

namespace {

constexpr std::array<u8, 4> wasm_magic = {0, 'a', 's', 'm'};
constexpr std::array<u8, 3> gzip_magic = {0x1F, 0x8B, 8};
constexpr size_t gzip_bytes_min = 16;
constexpr int gzip_window_bits = 15 + 16;

bool begins_with(Bytes bytes, Bytes prefix) {
    return bytes.size() >= prefix.size() && std::ranges::equal(bytes.first(prefix.size()), prefix);
}

/// zlib's inflater for one gzip member.
class Inflater {
public:
    explicit Inflater(Bytes compressed) {
        stream_.next_in = const_cast<Bytef*>(compressed.data());
        stream_.avail_in = uInt(compressed.size());
        ok_ = inflateInit2(&stream_, gzip_window_bits) == Z_OK;
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;

    /// Z_OK: there may be more; Z_STREAM_END: the member has ended; else an error.
    int read(ByteVector& out, size_t size_max) {
        std::array<u8, 64 * 1024> part;
        stream_.next_out = part.data();
        stream_.avail_out = uInt(std::min(part.size(), size_max - out.size()));
        const int result = ok_ ? inflate(&stream_, Z_NO_FLUSH) : Z_MEM_ERROR;
        out.insert(out.end(), part.data(), stream_.next_out);
        return result;
    }
    size_t left() const { return stream_.avail_in; }
    std::string_view reason() const { return stream_.msg ? stream_.msg : "unexpected end"; }

private:
    z_stream stream_{};
    bool ok_ = false;
};

u64 declared_size(Bytes gzip) {
    u64 size = 0;
    for (size_t i = 0; i < 4; i++) size |= u64(gzip[gzip.size() - 4 + i]) << (8 * i);
    return size;
}

std::unexpected<ExecutionError> damaged(std::string_view reason) {
    return std::unexpected(
        refused(Refusal::not_decodable,
                fmt::format("failed to decode compressed Wasm module: {}", reason)));
}

Result<ByteVector, ExecutionError> inflate_member(Bytes uploaded) {
    if (uploaded.size() < gzip_bytes_min)
        return std::unexpected(
            refused(Refusal::not_decodable, "invalid Wasm module: gzip stream is too short"));
    const u64 declared = declared_size(uploaded);
    if (declared > module_bytes_max)
        return std::unexpected(refused(Refusal::module_too_large, declared, module_bytes_max));

    ByteVector wasm;
    Inflater inflater(uploaded);
    int result = Z_OK;
    while (result == Z_OK && wasm.size() <= module_bytes_max)
        result = inflater.read(wasm, module_bytes_max + 1);
    if (wasm.size() > module_bytes_max)
        return std::unexpected(refused(Refusal::module_too_large, wasm.size(), module_bytes_max));
    if (result != Z_STREAM_END) return damaged(inflater.reason());
    if (inflater.left() > 0) return damaged("there is more after the gzip member");
    if (wasm.size() != declared)
        return std::unexpected(
            refused(Refusal::not_decodable,
                    fmt::format("specified uncompressed size {} does not match extracted size {}",
                                declared, wasm.size())));
    return wasm;
}

}  // namespace

bool is_gzip(Bytes uploaded) { return begins_with(uploaded, gzip_magic); }

Result<ByteVector, ExecutionError> decode_encoding(Bytes uploaded) {
    if (is_gzip(uploaded)) return inflate_member(uploaded);
    if (!begins_with(uploaded, wasm_magic))
        return std::unexpected(
            refused(Refusal::not_decodable, "unsupported canister module format"));
    if (uploaded.size() > module_bytes_max)
        return std::unexpected(
            refused(Refusal::module_too_large, uploaded.size(), module_bytes_max));
    return ByteVector(uploaded.begin(), uploaded.end());
}

}  // namespace icvm::replica
