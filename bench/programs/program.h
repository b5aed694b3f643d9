// Each program exports run(n), whose work grows with n, and which returns a checksum. Compiled for
// another machine than WebAssembly, the same file gives the expected checksums.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

EXPORT(run) u32 run(u32 n);

static inline u32 rotate_right(u32 value, u32 by) {
    return value >> by | value << (32 - by);
}

// A sequence of numbers that look random (Marsaglia's xorshift).
static inline u64 next_random(u64* state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}
