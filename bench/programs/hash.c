// Integer hashing: 32-bit multiplications and rotations over words, then 64-bit ones over bytes, of a
// buffer of 16 KiB. n times.
#include "program.h"

enum { SIZE = 16384 };
static union { u8 bytes[SIZE]; u32 words[SIZE / 4]; } buffer;

static u32 rotate_left(u32 value, u32 by) { return rotate_right(value, 32 - by); }

static u32 hash_words(u32 seed) {
    u32 lanes[4] = {seed, seed ^ 0x9e3779b9, seed + 0x7f4a7c15, ~seed};
    for (u32 i = 0; i < SIZE / 4; i += 4)
        for (u32 lane = 0; lane < 4; lane++)
            lanes[lane] = rotate_left(lanes[lane] + buffer.words[i + lane] * 0x85ebca77, 13) * 0xc2b2ae3d;
    u32 hash = rotate_left(lanes[0], 1) + rotate_left(lanes[1], 7) + rotate_left(lanes[2], 12) + lanes[3];
    hash = (hash ^ hash >> 15) * 0x2c1b3c6d;
    return hash ^ hash >> 13;
}

static u64 hash_bytes(u64 hash) {
    for (u32 i = 0; i < SIZE; i++) hash = (hash ^ buffer.bytes[i]) * 0x100000001b3;
    return hash;
}

u32 run(u32 n) {
    u64 seed = 88172645463325252, hash = 0xcbf29ce484222325;
    for (u32 i = 0; i < SIZE / 4; i++) buffer.words[i] = (u32)next_random(&seed);
    for (u32 i = 0; i < n; i++) {
        buffer.words[i % (SIZE / 4)] += hash_words((u32)hash);
        hash = hash_bytes(hash);
    }
    return (u32)(hash ^ hash >> 32);
}
