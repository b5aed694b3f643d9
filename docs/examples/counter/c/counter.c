// A counter in 64-bit stable memory, with no library at all. Stable memory outlives an upgrade by
// itself, so there are no hooks. Arguments and replies are Candid bytes.
typedef unsigned char u8;
typedef unsigned long long u64;

#define IMPORT(name) __attribute__((import_module("ic0"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT(stable64_grow) u64 stable64_grow(u64 pages);
IMPORT(stable64_read) void stable64_read(u64 destination, u64 offset, u64 size);
IMPORT(stable64_write) void stable64_write(u64 offset, u64 source, u64 size);
IMPORT(msg_reply_data_append) void msg_reply_data_append(const void* source, unsigned size);
IMPORT(msg_reply) void msg_reply(void);

// The interface, for those who call by text: the custom section "icp:public candid:service".
asm(".section \".custom_section.icp:public candid:service\",\"\",@\n"
    ".ascii \"service : { inc : () -> (nat64); get : () -> (nat64) query }\"\n"
    ".text\n");

static u64 read_count(void) {
    u64 count;
    stable64_read((u64)(unsigned)&count, 0, sizeof count);
    return count;
}

static void reply_nat64(u64 value) {
    // Magic number, no type definitions, one argument of type nat64 (0x78), eight bytes.
    struct __attribute__((packed)) { u8 header[7]; u64 value; } reply = {"DIDL\0\1\x78", value};
    msg_reply_data_append(&reply, sizeof reply);
    msg_reply();
}

EXPORT("canister_init") void init(void) {
    stable64_grow(1);  // a page of zeros
}

EXPORT("canister_update inc") void inc(void) {
    u64 count = read_count() + 1;
    stable64_write(0, (u64)(unsigned)&count, sizeof count);
    reply_nat64(count);
}

EXPORT("canister_query get") void get(void) {
    reply_nat64(read_count());
}
