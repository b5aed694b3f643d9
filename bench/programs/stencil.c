// Double-precision lanes: heat spreads along a rod of 4,096 places, and two sums are kept. n steps.
// `programs/build` makes it with and without vectors.
#include "program.h"

enum { SIZE = 4096 };
static double heat[SIZE + 2], next[SIZE + 2], total[SIZE + 2];

__attribute__((noinline)) static void spread(double* restrict to, const double* restrict from) {
    for (u32 i = 1; i <= SIZE; i++) to[i] = from[i] * 0.5 + (from[i - 1] + from[i + 1]) * 0.25;
}

__attribute__((noinline)) static void keep(double* restrict to, const double* restrict from, double by) {
    for (u32 i = 1; i <= SIZE; i++) to[i] += from[i] * by;
}

u32 run(u32 n) {
    for (u32 i = 0; i < SIZE + 2; i++) heat[i] = i * 7919 % 1009, total[i] = 0;
    for (u32 i = 0; i < n; i++) {
        spread(next, heat);
        keep(total, next, 0.0625);
        spread(heat, next);
        keep(total, heat, -0.03125);
    }
    u64 sum = 0;
    for (u32 i = 1; i <= SIZE; i++) {
        union { double number; u64 bits; } h = {heat[i]}, t = {total[i]};
        sum = sum * 31 + h.bits + (t.bits >> 5);
    }
    return (u32)(sum ^ sum >> 32);
}
