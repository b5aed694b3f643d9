// A counter in 64-bit stable memory, with no library at all. Stable memory outlives an upgrade by
// itself, so there are no hooks. Arguments and replies are Candid bytes.
typedef unsigned char u8;
typedef unsigned long long u64;

#define IMPORT(name) __attribute__((import_module("ic0"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(name)))
#define ADDRESS(pointer) ((u64)(unsigned)(pointer))

IMPORT(stable64_grow) u64 stable64_grow(u64 pages);
IMPORT(stable64_read) void stable64_read(u64 destination, u64 offset, u64 size);
IMPORT(stable64_write) void stable64_write(u64 offset, u64 source, u64 size);
IMPORT(msg_reply_data_append) void msg_reply_data_append(const void* source, unsigned size);
IMPORT(msg_reply) void msg_reply(void);

// What the canister offers, for callers who write text: a custom section of the module.
asm(".section \".custom_section.icp:public candid:service\",\"\",@\n"
    ".ascii \"service : { inc : () -> (nat); get : () -> (nat) query }\"\n"
    ".text\n");

static u64 read_count(void) {
    u64 count;
    stable64_read(ADDRESS(&count), 0, sizeof count);
    return count;
}

static void reply_nat(u64 value) {
    // The magic number, no type definitions, one value of type nat (0x7d): LEB128 follows.
    u8 reply[7 + 10] = "DIDL\0\1\x7d";
    unsigned size = 7;
    for (; value >= 0x80; value >>= 7) reply[size++] = (u8)(value | 0x80);
    reply[size++] = (u8)value;
    msg_reply_data_append(reply, size);
    msg_reply();
}

EXPORT("canister_init") void init(void) {
    stable64_grow(1);  // one page of zeros
}

EXPORT("canister_update inc") void inc(void) {
    u64 count = read_count() + 1;
    stable64_write(0, ADDRESS(&count), sizeof count);
    reply_nat(count);
}

EXPORT("canister_query get") void get(void) {
    reply_nat(read_count());
}
