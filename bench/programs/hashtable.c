// Random access: a hash table of 2^18 places (4 MiB) with linear probing. n numbers, 100,000 at a
// time, are put in, looked for (half of them are not there), and taken out again.
#include "program.h"

enum { PLACES = 1 << 18, COUNT_MAX = 100000 };
typedef struct { u64 key; u32 value, used; } Entry;
static Entry table[PLACES];

static u32 home(u64 key) {
    return (u32)((key * 0x9e3779b97f4a7c15) >> 46);
}

static Entry* find(u64 key) {
    Entry* entry = &table[home(key)];
    while (entry->used && entry->key != key)
        if (++entry == table + PLACES) entry = table;
    return entry;
}

static void put(u64 key, u32 value) {
    Entry* entry = find(key);
    entry->key = key;
    entry->value = entry->used ? entry->value + value : value;
    entry->used = 1;
}

// Moves later entries of the chain forward, so that no mark of a deleted entry is needed.
static void take(u64 key) {
    Entry* hole = find(key);
    if (!hole->used) return;
    u32 at = (u32)(hole - table);
    for (u32 next = (at + 1) % PLACES; table[next].used; next = (next + 1) % PLACES) {
        u32 wanted = home(table[next].key);
        if ((next - wanted) % PLACES < (next - at) % PLACES) continue;
        table[at] = table[next];
        at = next;
    }
    table[at].used = 0;
}

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    u32 sum = 0;
    __builtin_memset(table, 0, sizeof table);
    while (n) {
        u64 put_seed = seed, find_seed = seed, take_seed = seed;
        u32 count = n < COUNT_MAX ? n : COUNT_MAX;
        for (u32 i = 0; i < count; i++) put(next_random(&put_seed), i);
        for (u32 i = 0; i < count; i++) sum = sum * 31 + find(next_random(&find_seed) + i % 2)->value;
        for (u32 i = 0; i < count; i++) take(next_random(&take_seed));
        seed = put_seed;
        n -= count;
    }
    return sum;
}
