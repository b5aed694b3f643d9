// Lanes of 8 bits: two pictures are averaged, brightened up to the limit, cut at a threshold and
// compared. n times. `programs/build` makes it with and without vectors.
#include "program.h"

enum { SIZE = 16384 };
static u8 a[SIZE], b[SIZE], c[SIZE];

static u8 average(u8 x, u8 y) { return (u8)((x + y + 1) >> 1); }
static u8 limited(u32 x) { return x > 255 ? 255 : (u8)x; }
static u8 larger(u8 x, u8 y) { return x > y ? x : y; }

__attribute__((noinline)) static void blend(u8* restrict to, const u8* restrict x, const u8* restrict y) {
    for (u32 i = 0; i < SIZE; i++) to[i] = average(x[i], y[i]);
}

__attribute__((noinline)) static void brighten(u8* restrict picture, u8 by) {
    for (u32 i = 0; i < SIZE; i++) picture[i] = limited((u32)picture[i] + by);
}

__attribute__((noinline)) static void edges(u8* restrict to, const u8* restrict x, u8 threshold) {
    for (u32 i = 0; i < SIZE; i++) to[i] = x[i] < threshold ? to[i] : larger(to[i], x[i]) ^ 0x55;
}

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    for (u32 i = 0; i < SIZE; i++) a[i] = (u8)next_random(&seed), b[i] = (u8)next_random(&seed), c[i] = 0;
    for (u32 i = 0; i < n; i++) {
        blend(c, a, b);
        brighten(c, (u8)(i % 64));
        edges(a, c, (u8)(i * 37));
        blend(b, c, a);
    }
    u32 sum = 0;
    for (u32 i = 0; i < SIZE; i++) sum = sum * 31 + a[i] + b[i] * 3u + c[i] * 7u;
    return sum;
}
