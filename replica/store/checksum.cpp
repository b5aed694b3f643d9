#include "replica/store/checksum.hpp"

#include <bit>

#include "replica/store/codec.hpp"

namespace icvm::replica {
namespace {

constexpr u64 prime1 = 0x9E3779B185EBCA87;
constexpr u64 prime2 = 0xC2B2AE3D27D4EB4F;
constexpr u64 prime3 = 0x165667B19E3779F9;
constexpr u64 prime4 = 0x85EBCA77C2B2AE63;
constexpr u64 prime5 = 0x27D4EB2F165667C5;

u64 mixed(u64 lane, u64 input) { return std::rotl(lane + input * prime2, 31) * prime1; }

/// Four lanes over whole stripes of 32 bytes, which are dropped from `bytes`.
u64 stripes(Bytes& bytes) {
    u64 lane[4] = {prime1 + prime2, prime2, 0, u64(0) - prime1};
    while (bytes.size() >= 32) {
        for (int i = 0; i < 4; i++)
            lane[i] = mixed(lane[i], load_little<u64>(bytes.data() + 8 * i));
        bytes = bytes.subspan(32);
    }
    u64 hash = std::rotl(lane[0], 1) + std::rotl(lane[1], 7) + std::rotl(lane[2], 12) +
               std::rotl(lane[3], 18);
    for (const u64 value : lane) hash = (hash ^ mixed(0, value)) * prime1 + prime4;
    return hash;
}

}  // namespace

u64 checksum(Bytes bytes) {
    const u64 size = bytes.size();
    u64 hash = (size >= 32 ? stripes(bytes) : prime5) + size;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        hash ^= mixed(0, load_little<u64>(bytes.data()));
        hash = std::rotl(hash, 27) * prime1 + prime4;
    }
    if (bytes.size() >= 4) {
        hash ^= load_little<u32>(bytes.data()) * prime1;
        hash = std::rotl(hash, 23) * prime2 + prime3;
        bytes = bytes.subspan(4);
    }
    for (const u8 byte : bytes) hash = std::rotl(hash ^ (byte * prime5), 11) * prime1;
    hash = (hash ^ (hash >> 33)) * prime2;
    hash = (hash ^ (hash >> 29)) * prime3;
    return hash ^ (hash >> 32);
}

}  // namespace icvm::replica
