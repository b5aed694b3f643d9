// Byte stores with a stride, byte loads: the primes below 2^20, n times.
#include "program.h"

enum { LIMIT = 1 << 20 };
static u8 composite[LIMIT];

static u32 count_primes(void) {
    u32 count = 0;
    for (u32 i = 0; i < LIMIT; i++) composite[i] = 0;
    for (u32 i = 2; i < LIMIT; i++) {
        if (composite[i]) continue;
        count++;
        for (u32 j = 2 * i; j < LIMIT; j += i) composite[j] = 1;
    }
    return count;
}

u32 run(u32 n) {
    u32 sum = 0;
    while (n--) sum = sum * 31 + count_primes();
    return sum;
}
