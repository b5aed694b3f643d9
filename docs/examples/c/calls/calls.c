// A counter that calls a counter: the same module twice, and no library at all. `call` passes its
// argument on to the canister named in the install argument, and answers with what comes back.
typedef unsigned char u8;
typedef unsigned long long u64;

#define IMPORT(name) __attribute__((import_module("ic0"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT(msg_arg_data_size) unsigned msg_arg_data_size(void);
IMPORT(msg_arg_data_copy) void msg_arg_data_copy(void* to, unsigned offset, unsigned size);
IMPORT(msg_reply_data_append) void msg_reply_data_append(const void* source, unsigned size);
IMPORT(msg_reply) void msg_reply(void);
IMPORT(msg_reject) void msg_reject(const void* source, unsigned size);
IMPORT(msg_reject_msg_size) unsigned msg_reject_msg_size(void);
IMPORT(msg_reject_msg_copy) void msg_reject_msg_copy(void* to, unsigned offset, unsigned size);
IMPORT(call_new)
void call_new(const void* callee, unsigned callee_size, const void* name, unsigned name_size,
              void (*reply)(int), int reply_environment, void (*reject)(int),
              int reject_environment);
IMPORT(call_data_append) void call_data_append(const void* source, unsigned size);
IMPORT(call_perform) int call_perform(void);
IMPORT(trap) void trap(const void* message, unsigned size);

// What the canister offers, for callers who write text: a custom section of the module.
asm(".section \".custom_section.icp:public candid:service\",\"\",@\n"
    ".ascii \"service : (opt principal) -> { inc : () -> (nat64); get : () -> (nat64) query; \"\n"
    ".ascii \"call : () -> (nat64); call_missing : () -> (nat64); \"\n"
    ".ascii \"call_often : (nat64) -> (nat64); \"\n"
    ".ascii \"call_get : () -> (nat64) composite_query; \"\n"
    ".ascii \"last_get : () -> (nat64) composite_query }\"\n"
    ".text\n");

static u64 count;
static u8 callee[29];
static unsigned callee_size;

static void reply_count(void) {
    // The magic number, no type definitions, one value of type nat64 (0x78).
    u8 reply[7 + sizeof count] = "DIDL\0\1\x78";
    __builtin_memcpy(reply + 7, &count, sizeof count);
    msg_reply_data_append(reply, sizeof reply);
    msg_reply();
}

/// `(opt principal)`: a table of one type (opt 0x6e of principal 0x68), one value of type 0, its
/// presence, and the form (1) and size of the principal.
EXPORT("canister_init") void init(void) {
    enum { present = 9, form = 10, size = 11, bytes = 12 };
    u8 argument[bytes + sizeof callee];
    unsigned argument_size = msg_arg_data_size();
    if (argument_size < bytes || argument_size > sizeof argument) return;
    msg_arg_data_copy(argument, 0, argument_size);
    if (argument[present] != 1 || argument[form] != 1) return;
    if (argument[size] != argument_size - bytes) trap("bad principal", 13);
    callee_size = argument[size];
    __builtin_memcpy(callee, argument + bytes, callee_size);
}

EXPORT("canister_update inc") void inc(void) {
    count++;
    reply_count();
}

EXPORT("canister_query get") void get(void) { reply_count(); }

static u8 answer[1000];
static u64 calls_left;

static void on_reply(int environment);

static void on_reject(int environment) {
    (void)environment;
    unsigned size = msg_reject_msg_size();
    if (size > sizeof answer) size = sizeof answer;
    msg_reject_msg_copy(answer, 0, size);
    msg_reject(answer, size);
}

static void call(const char* method, unsigned method_size) {
    call_new(callee, callee_size, method, method_size, on_reply, 0, on_reject, 0);
    call_data_append("DIDL\0\0", 6);
    if (call_perform() != 0) msg_reject("not sent", 8);
}

/// Passes the answer on, or calls once more.
static void on_reply(int environment) {
    (void)environment;
    if (calls_left > 0) {
        calls_left--;
        return call("inc", 3);
    }
    unsigned size = msg_arg_data_size();
    if (size > sizeof answer) trap("long answer", 11);
    msg_arg_data_copy(answer, 0, size);
    msg_reply_data_append(answer, size);
    msg_reply();
}

EXPORT("canister_update call")
void call_inc(void) { call("inc", 3); }

/// One call after the other, as many as the argument says, and one more.
EXPORT("canister_update call_often")
void call_often(void) {
    msg_arg_data_copy(&calls_left, 7, sizeof calls_left);
    call("inc", 3);
}

EXPORT("canister_update call_missing")
void call_missing(void) { call("missing", 7); }

EXPORT("canister_composite_query call_get")
void call_get(void) { call("get", 3); }

/// The count of the last in a chain of counters.
EXPORT("canister_composite_query last_get")
void last_get(void) { callee_size == 0 ? reply_count() : call("last_get", 8); }
