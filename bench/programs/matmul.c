// Double-precision loads and arithmetic: the product of two matrices of 128 x 128, n times.
#include "program.h"

enum { SIZE = 128 };
static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static void multiply(void) {
    for (u32 i = 0; i < SIZE; i++)
        for (u32 j = 0; j < SIZE; j++) {
            double sum = 0;
            for (u32 k = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
}

u32 run(u32 n) {
    for (u32 i = 0; i < SIZE; i++)
        for (u32 j = 0; j < SIZE; j++) a[i][j] = (i * 3 + j) % 17, b[i][j] = (i + j * 5) % 13;
    u32 sum = 0;
    while (n--) {
        multiply();
        for (u32 i = 0; i < SIZE; i++) sum = sum * 31 + (u32)c[i][(i * 7) % SIZE];
        a[n % SIZE][n % SIZE] += 1;
    }
    return sum;
}
