// Data-dependent branches, recursion and calls through a function pointer: 20,000 numbers, n times.
#include "program.h"

enum { COUNT = 20000 };
static u32 numbers[COUNT];

typedef int (*Compare)(u32, u32);
static int ascending(u32 a, u32 b) { return a < b; }
static int descending(u32 a, u32 b) { return a > b; }

__attribute__((noinline)) static void sort(u32* begin, u32* end, Compare before) {
    while (end - begin > 1) {
        u32 pivot = begin[(end - begin) / 2];
        u32 *left = begin, *right = end - 1;
        for (;;) {
            while (before(*left, pivot)) left++;
            while (before(pivot, *right)) right--;
            if (left >= right) break;
            u32 swapped = *left;
            *left++ = *right;
            *right-- = swapped;
        }
        sort(begin, left, before);
        begin = left;
    }
}

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    u32 sum = 0;
    while (n--) {
        for (u32 i = 0; i < COUNT; i++) numbers[i] = (u32)next_random(&seed);
        sort(numbers, numbers + COUNT, n % 2 ? ascending : descending);
        for (u32 i = 0; i < COUNT; i++) sum = sum * 31 + numbers[i];
    }
    return sum;
}
