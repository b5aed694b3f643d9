// Single-precision arithmetic and comparisons: how fast the points of a Julia set of 64 x 64 escape.
// n pictures, each of another constant.
#include "program.h"

enum { SIDE = 64, STEPS = 100 };

static u32 escape(float x, float y, float cx, float cy) {
    u32 step = 0;
    for (; step < STEPS; step++) {
        float xx = x * x, yy = y * y;
        if (xx + yy > 4.0f) break;
        y = 2.0f * x * y + cy;
        x = xx - yy + cx;
    }
    return step;
}

u32 run(u32 n) {
    u32 sum = 0;
    for (u32 picture = 0; picture < n; picture++) {
        float cx = -0.75f + (float)(picture % 16) * 0.0078125f, cy = 0.125f;
        for (u32 i = 0; i < SIDE; i++)
            for (u32 j = 0; j < SIDE; j++)
                sum = sum * 31 + escape((float)i * 0.046875f - 1.5f, (float)j * 0.03125f - 1.0f, cx, cy);
    }
    return sum;
}
