// Lanes of 16 bits: two voices are mixed up to the limit, made louder or softer by a fixed-point
// factor, and bent. n times. `programs/build` makes it with and without vectors.
#include "program.h"

enum { SIZE = 8192 };
static short a[SIZE], b[SIZE], c[SIZE];

static short limited(int x) { return x > 32767 ? 32767 : x < -32768 ? -32768 : (short)x; }

__attribute__((noinline)) static void mix(short* restrict to, const short* restrict x, const short* restrict y) {
    for (u32 i = 0; i < SIZE; i++) to[i] = limited(x[i] + y[i]);
}

__attribute__((noinline)) static void soften(short* restrict voice, short shift, short by) {
    for (u32 i = 0; i < SIZE; i++) voice[i] = (short)((short)(voice[i] >> shift) * by);
}

__attribute__((noinline)) static void bend(short* restrict to, const short* restrict x, short limit) {
    for (u32 i = 0; i < SIZE; i++) to[i] = x[i] > limit ? limit : (short)(x[i] ^ to[i]);
}

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    for (u32 i = 0; i < SIZE; i++) a[i] = (short)next_random(&seed), b[i] = (short)next_random(&seed), c[i] = 0;
    for (u32 i = 0; i < n; i++) {
        mix(c, a, b);
        soften(c, (short)(i % 4), (short)(3 + i % 5));
        bend(a, c, (short)(20000 + (int)(i % 9) * 1000));
        mix(b, c, a);
    }
    u32 sum = 0;
    for (u32 i = 0; i < SIZE; i++) sum = sum * 31 + (u32)a[i] + (u32)b[i] * 3u + (u32)c[i] * 7u;
    return sum;
}
