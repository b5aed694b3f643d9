// 64-bit shifts and exclusive ors in one tight loop.
#include "program.h"

u32 run(u32 n) {
    u64 state = 88172645463325252, sum = 0;
    while (n--) sum += next_random(&state);
    return (u32)(sum ^ sum >> 32);
}
