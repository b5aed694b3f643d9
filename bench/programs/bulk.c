// memory.copy and memory.fill, short and long, overlapping, too: 64 moves in a megabyte. n times.
#include "program.h"

enum { SIZE = 1 << 20 };
static u8 buffer[SIZE + 65536];

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    for (u32 i = 0; i < SIZE; i += 8) *(u64*)(buffer + i) = next_random(&seed);
    __builtin_memset(buffer + SIZE, 0, sizeof buffer - SIZE);
    u32 sum = 0;
    while (n--) {
        for (u32 i = 0; i < 64; i++) {
            u64 random = next_random(&seed);
            u32 to = random % SIZE, from = (random >> 20) % SIZE;
            u32 length = random >> 40 & (i % 16 ? 255 : 65535);
            if (i % 4 == 3) __builtin_memset(buffer + to, (int)i, length);
            else if (i % 4 == 2) __builtin_memmove(buffer + to, buffer + to + 7, length);
            else __builtin_memmove(buffer + to, buffer + from, length);
            sum = sum * 31 + buffer[to] + buffer[from];
        }
    }
    return sum;
}
