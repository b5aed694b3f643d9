// Counts its heartbeats in the heap, and sets a timer that counts as well. No library at all.
typedef unsigned char u8;
typedef unsigned long long u64;

#define IMPORT(name) __attribute__((import_module("ic0"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT(msg_reply_data_append) void msg_reply_data_append(const void* source, unsigned size);
IMPORT(msg_reply) void msg_reply(void);
IMPORT(time) u64 time(void);
IMPORT(global_timer_set) u64 global_timer_set(u64 time_ns);
IMPORT(debug_print) void debug_print(const void* source, unsigned size);
IMPORT(trap) void trap(const void* message, unsigned size);

// What the canister offers, for callers who write text: a custom section of the module.
asm(".section \".custom_section.icp:public candid:service\",\"\",@\n"
    ".ascii \"service : { beats : () -> (nat64) query; rings : () -> (nat64) query; \"\n"
    ".ascii \"ring_every_minute : () -> (nat64); trap_at_next : () -> (nat64) }\"\n"
    ".text\n");

static u64 beats, rings;
static int trapping;
static const u64 minute_ns = 60000000000ull;

static void reply_nat64(u64 value) {
    // The magic number, no type definitions, one value of type nat64 (0x78).
    u8 reply[7 + sizeof value] = "DIDL\0\1\x78";
    __builtin_memcpy(reply + 7, &value, sizeof value);
    msg_reply_data_append(reply, sizeof reply);
    msg_reply();
}

EXPORT("canister_heartbeat") void heartbeat(void) {
    beats++;
    if (trapping) trap("no more beats", 13);
}

EXPORT("canister_global_timer") void ring(void) {
    rings++;
    debug_print("ring", 4);
    global_timer_set(time() + minute_ns);
}

EXPORT("canister_query beats") void get_beats(void) { reply_nat64(beats); }

EXPORT("canister_query rings") void get_rings(void) { reply_nat64(rings); }

/// Answers with the time that was set before, 0 for none.
EXPORT("canister_update ring_every_minute") void ring_every_minute(void) {
    reply_nat64(global_timer_set(time() + minute_ns));
}

EXPORT("canister_update trap_at_next") void trap_at_next(void) {
    trapping = 1;
    reply_nat64(beats);
}
