// Recursion with bit masks: all ways to put n queens on a board of n x n, n at most 16.
#include "program.h"

static u32 place(u32 columns, u32 left, u32 right, u32 all) {
    if (columns == all) return 1;
    u32 ways = 0;
    for (u32 free = all & ~(columns | left | right); free;) {
        u32 queen = free & -free;
        free ^= queen;
        ways += place(columns | queen, (left | queen) << 1, (right | queen) >> 1, all);
    }
    return ways;
}

u32 run(u32 n) {
    return place(0, 0, 0, (1u << n) - 1);
}
