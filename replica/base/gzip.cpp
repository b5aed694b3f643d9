#include "replica/base/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace icvm::replica {

namespace {

constexpr std::array<u8, 3> gzip_magic = {0x1F, 0x8B, 8};
constexpr size_t gzip_bytes_min = 16;
constexpr int gzip_window_bits = 15 + 16;

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

std::unexpected<GzipError> too_large(u64 size) {
    return std::unexpected(GzipError{"it is too large", size});
}

std::unexpected<GzipError> damaged(std::string_view reason) {
    return std::unexpected(
        GzipError{"failed to decode compressed Wasm module: " + std::string(reason)});
}

}  // namespace

bool is_gzip(Bytes bytes) {
    return bytes.size() >= gzip_magic.size() &&
           std::ranges::equal(bytes.first(gzip_magic.size()), gzip_magic);
}

Result<ByteVector, GzipError> gunzip(Bytes member, u64 bytes_max) {
    if (member.size() < gzip_bytes_min)
        return std::unexpected(GzipError{"invalid Wasm module: gzip stream is too short"});
    const u64 declared = declared_size(member);
    if (declared > bytes_max) return too_large(declared);

    ByteVector content;
    Inflater inflater(member);
    int result = Z_OK;
    while (result == Z_OK && content.size() <= bytes_max)
        result = inflater.read(content, bytes_max + 1);
    if (content.size() > bytes_max) return too_large(content.size());
    if (result != Z_STREAM_END) return damaged(inflater.reason());
    if (inflater.left() > 0) return damaged("there is more after the gzip member");
    if (content.size() != declared)
        return std::unexpected(GzipError{"specified uncompressed size " + std::to_string(declared) +
                                         " does not match extracted size " +
                                         std::to_string(content.size())});
    return content;
}

}  // namespace icvm::replica
