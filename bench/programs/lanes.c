// Lanes of 32 bits: independent streams of random numbers, rotated, multiplied and compared; and a
// single-precision weighted sum. n times. `programs/build` makes it with and without vectors.
#include "program.h"

enum { SIZE = 4096 };
static u32 a[SIZE], b[SIZE];
static float x[SIZE], y[SIZE];

__attribute__((noinline)) static void stir(u32* restrict to, const u32* restrict from, u32 by) {
    for (u32 i = 0; i < SIZE; i++) {
        u32 value = to[i] + from[i];
        value ^= value << 13, value ^= value >> 17, value ^= value << 5;
        to[i] = value * by;
    }
}

__attribute__((noinline)) static void order(u32* restrict least, u32* restrict most) {
    for (u32 i = 0; i < SIZE; i++) {
        u32 p = least[i], q = most[i];
        least[i] = p < q ? p : q;
        most[i] = p < q ? q : p;
    }
}

__attribute__((noinline)) static void weigh(float* restrict to, const float* restrict from, float by) {
    for (u32 i = 0; i < SIZE; i++) to[i] = to[i] * 0.5f + from[i] * by;
}

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    for (u32 i = 0; i < SIZE; i++) {
        a[i] = (u32)next_random(&seed), b[i] = (u32)next_random(&seed);
        x[i] = (float)(a[i] % 1000), y[i] = (float)(b[i] % 1000);
    }
    for (u32 i = 0; i < n; i++) {
        stir(a, b, 2 * i + 1);
        order(a, b);
        weigh(x, y, 0.25f);
        weigh(y, x, 0.125f);
    }
    u32 sum = 0;
    for (u32 i = 0; i < SIZE; i++) sum = sum * 31 + a[i] + b[i] * 3 + (u32)x[i] + (u32)y[i];
    return sum;
}
