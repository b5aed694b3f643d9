// The universal canister: a message's argument is a program for a stack machine, which is run. Its
// operations are the rows of operations.def; replica/scenarios/assembler.hpp makes programs of text.
//
// update, query, composite_query, canister_init and canister_post_upgrade run their argument. The
// other entry points run a program that was set before, and nothing when none was (a message is then
// accepted). A call's callbacks run the programs that were given when it was made. With -DHEARTBEAT
// there is a heartbeat.
typedef unsigned char u8;
typedef unsigned u32;
typedef unsigned long long u64;

#include "ic0.h"

#define EXPORT(name) __attribute__((export_name(name)))
#define TRAP(text) ic0_trap((u32) "universal: " text, sizeof("universal: " text) - 1)

enum {
#define OPERATION(name, operands) op_##name,
#include "operations.def"
};

// ---- Memory: blocks of powers of two ------------------------------------------------------------

typedef struct block {
    struct block* next;  // of the free blocks of its class, or of those of this execution
    u32 class;
    u32 size;  // bytes in use
    u8 bytes[];
} block;

enum { classes = 32, page_bytes = 65536 };

extern u8 __heap_base;
static u32 heap_end;
static block *free_blocks[classes], *scratch;

static block* take(u32 size) {
    u32 class = 5;
    while ((1u << class) < size + sizeof(block))
        if (++class == classes) TRAP("out of memory");
    block* taken = free_blocks[class];
    if (taken) {
        free_blocks[class] = taken->next;
    } else {
        if (!heap_end) heap_end = (u32)&__heap_base;
        const u64 end = (u64)heap_end + (1u << class), have = (u64)__builtin_wasm_memory_size(0) * page_bytes;
        const u32 missing = end > have ? (u32)((end - have + page_bytes - 1) / page_bytes) : 0;
        if (missing && __builtin_wasm_memory_grow(0, missing) == (unsigned long)-1) TRAP("out of memory");
        taken = (block*)heap_end;
        heap_end = (u32)end;
        taken->class = class;
    }
    taken->size = size;
    return taken;
}

static void give_back(block* given) {
    if (!given) return;
    given->next = free_blocks[given->class];
    free_blocks[given->class] = given;
}

// Given back when the execution ends.
static block* take_scratch(u32 size) {
    block* taken = take(size);
    taken->next = scratch;
    scratch = taken;
    return taken;
}

static void end_execution(void) {
    while (scratch) {
        block* given = scratch;
        scratch = given->next;
        give_back(given);
    }
}

// ---- The stack ----------------------------------------------------------------------------------

typedef struct {
    u32 at, size;
} bytes;
typedef struct {
    u32 is_bytes;
    u64 integer;
    bytes bytes;
} value;

enum { depth_max = 256, runs_max = 64 };
static value stack[depth_max];
static u32 depth, runs;

static value pop(void) {
    if (!depth) TRAP("a program takes from an empty stack");
    return stack[--depth];
}
static u64 pop_integer(void) {
    const value top = pop();
    if (top.is_bytes) TRAP("bytes where an integer is expected");
    return top.integer;
}
static bytes pop_bytes(void) {
    const value top = pop();
    if (!top.is_bytes) TRAP("an integer where bytes are expected");
    return top.bytes;
}
static void push(value top) {
    if (depth == depth_max) TRAP("the stack is full");
    stack[depth++] = top;
}
static void push_integer(u64 integer) { push((value){0, integer, {0, 0}}); }
static void push_bytes(u32 at, u32 size) { push((value){1, 0, {at, size}}); }
static void push_block(block* pushed) { push_bytes((u32)pushed->bytes, pushed->size); }

static void copy(u32 to, u32 from, u32 size) { __builtin_memcpy((void*)to, (const void*)from, size); }
static block* keep(bytes from) {
    block* kept = take(from.size);
    copy((u32)kept->bytes, from.at, from.size);
    return kept;
}
static void replace(block** place, bytes by) {
    block* kept = keep(by);
    give_back(*place);
    *place = kept;
}
static block* joined(bytes a, bytes b) {
    block* both = take_scratch(a.size + b.size);
    copy((u32)both->bytes, a.at, a.size);
    copy((u32)both->bytes + a.size, b.at, b.size);
    return both;
}
static u64 read_integer(bytes from) {
    u64 integer = 0;
    if (from.size > sizeof integer) TRAP("an integer of more than 8 bytes");
    copy((u32)&integer, from.at, from.size);
    return integer;
}
static void push_little_endian(u64 integer, u32 size) {
    block* made = take_scratch(size);
    copy((u32)made->bytes, (u32)&integer, size);
    push_block(made);
}
static u32 equal(value a, value b) {
    if (a.is_bytes != b.is_bytes) return 0;
    if (!a.is_bytes) return a.integer == b.integer;
    if (a.bytes.size != b.bytes.size) return 0;
    for (u32 i = 0; i < a.bytes.size; i++)
        if (((u8*)a.bytes.at)[i] != ((u8*)b.bytes.at)[i]) return 0;
    return 1;
}

// Long division by ten of 16 bytes, a digit at a time.
static void push_text(value of) {
    u32 words[4] = {0}, from = 39;
    u8 digits[39];
    if (of.is_bytes && of.bytes.size > sizeof words) TRAP("a number of more than 16 bytes");
    if (of.is_bytes)
        copy((u32)words, of.bytes.at, of.bytes.size);
    else
        copy((u32)words, (u32)&of.integer, sizeof of.integer);
    do {
        u64 rest = 0;
        for (u32 i = 4; i-- > 0;) {
            rest = rest << 32 | words[i];
            words[i] = (u32)(rest / 10);
            rest %= 10;
        }
        digits[--from] = (u8)('0' + rest);
    } while (words[0] | words[1] | words[2] | words[3]);
    block* made = take_scratch(sizeof digits - from);
    copy((u32)made->bytes, (u32)digits + from, made->size);
    push_block(made);
}

// ---- What stays from message to message ---------------------------------------------------------

static block *global, *pre_upgrade, *inspect_message, *heartbeat, *global_timer, *low_wasm_memory,
    *transform;
static u64 counter;

// The programs of one call; the address is the closure's environment.
typedef struct {
    u32 mark;
    block *on_reply, *on_reject, *on_cleanup;
} callbacks;
enum { callbacks_mark = 0x1ca11bac };
static callbacks* under_construction;

static void on_reply(u32 environment);
static void on_reject(u32 environment);
static void on_cleanup(u32 environment);

static void new_call(void) {
    const bytes reject = pop_bytes(), reply = pop_bytes(), method = pop_bytes(), callee = pop_bytes();
    under_construction = (callbacks*)take(sizeof(callbacks))->bytes;
    *under_construction = (callbacks){callbacks_mark, keep(reply), keep(reject), 0};
    ic0_call_new(callee.at, callee.size, method.at, method.size, (u32)on_reply, (u32)under_construction,
                 (u32)on_reject, (u32)under_construction);
}
static void set_cleanup(void) {
    const bytes program = pop_bytes();
    if (!under_construction) {  // ic0 says what is wrong
        under_construction = (callbacks*)take(sizeof(callbacks))->bytes;
        *under_construction = (callbacks){callbacks_mark, 0, 0, 0};
    }
    replace(&under_construction->on_cleanup, program);
    ic0_call_on_cleanup((u32)on_cleanup, (u32)under_construction);
}

// ---- Operations ---------------------------------------------------------------------------------

static void run(bytes program);

static u32 overflow(u32 level);
static u32 (*volatile next_level)(u32) = overflow;  // or the compiler would make a loop of it
static u32 overflow(u32 level) { return next_level(level + 1) + level; }

typedef void copy_function(u32, u32, u32);
static void push_copy(u32 size, copy_function* from) {
    block* made = take_scratch(size);
    from((u32)made->bytes, 0, size);
    push_block(made);
}
static void copy_to(copy_function* from) {
    const u32 size = (u32)pop_integer(), offset = (u32)pop_integer(), dst = (u32)pop_integer();
    from(dst, offset, size);
}
#define SIZE_COPY_BYTES(name)                                         \
    case op_##name: push_copy(ic0_##name##_size(), ic0_##name##_copy); break; \
    case op_##name##_size: push_integer(ic0_##name##_size()); break;  \
    case op_##name##_copy: copy_to(ic0_##name##_copy); break;
#define INTEGER(name) \
    case op_##name: push_integer(ic0_##name()); break;
#define INTEGER_TO_INTEGER(name, type) \
    case op_##name: push_integer(ic0_##name((type)pop_integer())); break;
#define BYTES_TO(name) \
    case op_##name: from = pop_bytes(); ic0_##name(from.at, from.size); break;
#define BYTES_TO_INTEGER(name) \
    case op_##name: from = pop_bytes(); push_integer(ic0_##name(from.at, from.size)); break;
// Cycles come as 16 bytes.
#define CYCLES(name) \
    case op_##name: made = take_scratch(16); ic0_##name((u32)made->bytes); push_block(made); break;
#define INTEGERS_TO_CYCLES(name)               \
    case op_##name:                            \
        b = pop_integer(), a = pop_integer();  \
        made = take_scratch(16);               \
        ic0_##name(a, b, (u32)made->bytes);    \
        push_block(made);                      \
        break;
#define COST_WITH_STATUS(name)                                                            \
    case op_##name:                                                                       \
        a = pop_integer(), from = pop_bytes();                                            \
        made = take_scratch(16);                                                          \
        b = ic0_##name(from.at, from.size, (u32)a, (u32)made->bytes);                     \
        if (b) push_integer(b); else push_block(made);                                    \
        break;

// False: none of them.
static int run_value(u32 operation) {
    block* made;
    bytes from, other;
    value top;
    u64 a, b;
    switch (operation) {
        case op_drop: pop(); break;
        case op_add: b = pop_integer(); push_integer(pop_integer() + b); break;
        case op_subtract: b = pop_integer(); push_integer(pop_integer() - b); break;
        case op_equal: top = pop(); push_integer(equal(pop(), top)); break;
        case op_less: b = pop_integer(); push_integer(pop_integer() < b); break;
        case op_is_zero: push_integer(pop_integer() == 0); break;
        case op_concat: other = pop_bytes(); from = pop_bytes(); push_block(joined(from, other)); break;
        case op_length: push_integer(pop_bytes().size); break;
        case op_slice:
            b = pop_integer(), a = pop_integer(), from = pop_bytes();
            if (a > from.size || b > from.size - a) TRAP("a slice beyond the bytes");
            push_bytes(from.at + (u32)a, (u32)b);
            break;
        case op_fill:
            b = pop_integer(), a = pop_integer();
            made = take_scratch((u32)b);
            __builtin_memset(made->bytes, (u8)a, (u32)b);
            push_block(made);
            break;
        case op_u32: push_little_endian(pop_integer(), 4); break;
        case op_u64: push_little_endian(pop_integer(), 8); break;
        case op_integer: push_integer(read_integer(pop_bytes())); break;
        case op_text: push_text(pop()); break;
        case op_memory: b = pop_integer(), a = pop_integer(); push_bytes((u32)a, (u32)b); break;
        case op_memory_size: push_integer(__builtin_wasm_memory_size(0)); break;
        case op_memory_grow:
            push_integer((u32)__builtin_wasm_memory_grow(0, (u32)pop_integer()));
            break;
        case op_poke: from = pop_bytes(); copy((u32)pop_integer(), from.at, from.size); break;
        case op_set_global: replace(&global, pop_bytes()); break;
        case op_append_global:
            from = pop_bytes();
            other = global ? (bytes){(u32)global->bytes, global->size} : (bytes){0, 0};
            made = joined(other, from);
            replace(&global, (bytes){(u32)made->bytes, made->size});
            break;
        case op_global: push_bytes(global ? (u32)global->bytes : 0, global ? global->size : 0); break;
        case op_count: counter += pop_integer(); break;
        case op_counter: push_integer(counter); break;
        default: return 0;
    }
    return 1;
}

static int run_control(u32 operation) {
    bytes program, other;
    u64 count;
    switch (operation) {
        case op_run: run(pop_bytes()); break;
        case op_if_else:
            other = pop_bytes(), program = pop_bytes();
            run(pop_integer() ? program : other);
            break;
        case op_repeat:
            program = pop_bytes();
            for (count = pop_integer(); count > 0; count--) run(program);
            break;
        case op_unreachable: __builtin_trap();
        case op_divide_by_zero: {
            volatile u32 zero = 0;
            asm volatile("i32.const 1\nlocal.get %0\ni32.div_u\ndrop" : : "r"(zero));
            break;
        }
        case op_overflow_stack: push_integer(overflow(1)); break;
        case op_loop_forever:
            for (;;) asm volatile("");
        case op_burn_instructions:
            for (count = pop_integer(); ic0_performance_counter(0) < count;) {}
            break;
        case op_call_table: ((void (*)(u32))(u32)pop_integer())(0); break;
        case op_set_pre_upgrade: replace(&pre_upgrade, pop_bytes()); break;
        case op_set_inspect_message: replace(&inspect_message, pop_bytes()); break;
        case op_set_heartbeat: replace(&heartbeat, pop_bytes()); break;
        case op_set_global_timer: replace(&global_timer, pop_bytes()); break;
        case op_set_low_wasm_memory: replace(&low_wasm_memory, pop_bytes()); break;
        case op_set_transform: replace(&transform, pop_bytes()); break;
        default: return 0;
    }
    return 1;
}

static int run_message(u32 operation) {
    block* made;
    bytes from;
    u64 a, b;
    switch (operation) {
        SIZE_COPY_BYTES(msg_arg_data)
        SIZE_COPY_BYTES(msg_caller)
        SIZE_COPY_BYTES(msg_caller_info_data)
        SIZE_COPY_BYTES(msg_caller_info_signer)
        SIZE_COPY_BYTES(msg_reject_msg)
        SIZE_COPY_BYTES(msg_method_name)
        INTEGER(msg_reject_code)
        INTEGER(msg_deadline)
        BYTES_TO(msg_reply_data_append)
        case op_msg_reply: ic0_msg_reply(); break;
        BYTES_TO(msg_reject)
        case op_accept_message: ic0_accept_message(); break;
        INTEGER(msg_cycles_available)
        CYCLES(msg_cycles_available128)
        INTEGER(msg_cycles_refunded)
        CYCLES(msg_cycles_refunded128)
        INTEGER_TO_INTEGER(msg_cycles_accept, u64)
        INTEGERS_TO_CYCLES(msg_cycles_accept128)
        INTEGERS_TO_CYCLES(cycles_burn128)
        INTEGERS_TO_CYCLES(mint_cycles128)
        INTEGER(canister_cycle_balance)
        CYCLES(canister_cycle_balance128)
        CYCLES(canister_liquid_cycle_balance128)
        INTEGERS_TO_CYCLES(cost_call)
        CYCLES(cost_create_canister)
        INTEGERS_TO_CYCLES(cost_http_request)
        case op_cost_http_request_v2:
            from = pop_bytes();
            made = take_scratch(16);
            ic0_cost_http_request_v2(from.at, from.size, (u32)made->bytes);
            push_block(made);
            break;
        COST_WITH_STATUS(cost_sign_with_ecdsa)
        COST_WITH_STATUS(cost_sign_with_schnorr)
        COST_WITH_STATUS(cost_vetkd_derive_key)
        default: return 0;
    }
    return 1;
}

static int run_canister(u32 operation) {
    block* made;
    bytes from;
    u64 size, offset, dst;
    switch (operation) {
        SIZE_COPY_BYTES(canister_self)
        SIZE_COPY_BYTES(subnet_self)
        SIZE_COPY_BYTES(root_key)
        SIZE_COPY_BYTES(data_certificate)
        INTEGER(canister_status)
        INTEGER(canister_version)
        INTEGER(subnet_self_node_count)
        BYTES_TO_INTEGER(is_controller)
        BYTES_TO(certified_data_set)
        INTEGER(data_certificate_present)
        INTEGER(time)
        INTEGER_TO_INTEGER(global_timer_set, u64)
        INTEGER_TO_INTEGER(performance_counter, u32)
        INTEGER(in_replicated_execution)
        INTEGER(env_var_count)
        case op_env_var_name:
            dst = pop_integer();
            made = take_scratch(ic0_env_var_name_size((u32)dst));
            ic0_env_var_name_copy((u32)dst, (u32)made->bytes, 0, made->size);
            push_block(made);
            break;
        INTEGER_TO_INTEGER(env_var_name_size, u32)
        case op_env_var_name_copy:
            size = pop_integer(), offset = pop_integer(), dst = pop_integer();
            ic0_env_var_name_copy((u32)pop_integer(), (u32)dst, (u32)offset, (u32)size);
            break;
        BYTES_TO_INTEGER(env_var_name_exists)
        case op_env_var_value:
            from = pop_bytes();
            made = take_scratch(ic0_env_var_value_size(from.at, from.size));
            ic0_env_var_value_copy(from.at, from.size, (u32)made->bytes, 0, made->size);
            push_block(made);
            break;
        BYTES_TO_INTEGER(env_var_value_size)
        case op_env_var_value_copy:
            size = pop_integer(), offset = pop_integer(), dst = pop_integer(), from = pop_bytes();
            ic0_env_var_value_copy(from.at, from.size, (u32)dst, (u32)offset, (u32)size);
            break;
        BYTES_TO(debug_print)
        BYTES_TO(trap)
        default: return 0;
    }
    return 1;
}

static int run_call(u32 operation) {
    bytes callee, method;
    u64 a, b, c, d;
    switch (operation) {
        case op_call_new: new_call(); break;
        case op_call_new_table:
            d = pop_integer(), c = pop_integer(), b = pop_integer(), a = pop_integer();
            method = pop_bytes(), callee = pop_bytes();
            under_construction = 0;
            ic0_call_new(callee.at, callee.size, method.at, method.size, (u32)a, (u32)b, (u32)c, (u32)d);
            break;
        case op_call_on_cleanup: set_cleanup(); break;
        case op_call_on_cleanup_table:
            b = pop_integer(), a = pop_integer();
            ic0_call_on_cleanup((u32)a, (u32)b);
            break;
        case op_call_data_append: callee = pop_bytes(); ic0_call_data_append(callee.at, callee.size); break;
        case op_call_with_best_effort_response:
            ic0_call_with_best_effort_response((u32)pop_integer());
            break;
        case op_call_cycles_add: ic0_call_cycles_add(pop_integer()); break;
        case op_call_cycles_add128: b = pop_integer(); ic0_call_cycles_add128(pop_integer(), b); break;
        case op_call_perform:
            under_construction = 0;
            push_integer(ic0_call_perform());
            break;
        default: return 0;
    }
    return 1;
}

static int run_stable(u32 operation) {
    block* made;
    bytes from;
    u64 size, offset;
    switch (operation) {
        INTEGER(stable_size)
        INTEGER_TO_INTEGER(stable_grow, u32)
        case op_stable_write:
            from = pop_bytes();
            ic0_stable_write((u32)pop_integer(), from.at, from.size);
            break;
        case op_stable_read:
            size = pop_integer();
            made = take_scratch((u32)size);
            ic0_stable_read((u32)made->bytes, (u32)pop_integer(), (u32)size);
            push_block(made);
            break;
        case op_stable_read_to:
            size = pop_integer(), offset = pop_integer();
            ic0_stable_read((u32)pop_integer(), (u32)offset, (u32)size);
            break;
        INTEGER(stable64_size)
        INTEGER_TO_INTEGER(stable64_grow, u64)
        case op_stable64_write:
            from = pop_bytes();
            ic0_stable64_write(pop_integer(), from.at, from.size);
            break;
        case op_stable64_write_from:
            size = pop_integer(), offset = pop_integer();
            ic0_stable64_write(pop_integer(), offset, size);
            break;
        case op_stable64_read:
            size = pop_integer();
            made = take_scratch((u32)size);
            ic0_stable64_read((u32)made->bytes, pop_integer(), size);
            push_block(made);
            break;
        case op_stable64_read_to:
            size = pop_integer(), offset = pop_integer();
            ic0_stable64_read(pop_integer(), offset, size);
            break;
        default: return 0;
    }
    return 1;
}

static bytes part(bytes* program, u64 size) {
    const bytes taken = {program->at, (u32)size};
    if (size > program->size) TRAP("a program ends in the middle");
    program->at += taken.size;
    program->size -= taken.size;
    return taken;
}

static void run(bytes program) {
    if (++runs > runs_max) TRAP("programs are nested too deeply");
    while (program.size) {
        const u32 operation = (u32)read_integer(part(&program, 1));
        if (operation == op_push_integer) {
            push_integer(read_integer(part(&program, 8)));
        } else if (operation == op_push_bytes) {
            const bytes pushed = part(&program, read_integer(part(&program, 4)));
            push_bytes(pushed.at, pushed.size);
        } else if (!run_value(operation) && !run_control(operation) && !run_message(operation) &&
                   !run_canister(operation) && !run_call(operation) && !run_stable(operation)) {
            TRAP("no such operation");
        }
    }
    runs--;
}

// ---- Entry points -------------------------------------------------------------------------------

static void execute(bytes program) {
    depth = runs = 0;
    run(program);
    under_construction = 0;
    end_execution();
}
static void execute_block(block* program) {
    if (program) execute((bytes){(u32)program->bytes, program->size});
}
static void execute_argument(void) {
    block* argument = take_scratch(ic0_msg_arg_data_size());
    ic0_msg_arg_data_copy((u32)argument->bytes, 0, argument->size);
    execute_block(argument);
}

static callbacks* find(u32 environment) {
    callbacks* found = (callbacks*)environment;
    if (found->mark != callbacks_mark) TRAP("a callback of a call that this heap does not know");
    return found;
}
static void forget(callbacks* done) {
    done->mark = 0;
    give_back(done->on_reply);
    give_back(done->on_reject);
    give_back(done->on_cleanup);
    give_back((block*)((u32)done - sizeof(block)));
}
static void on_reply(u32 environment) {
    execute_block(find(environment)->on_reply);
    forget(find(environment));
}
static void on_reject(u32 environment) {
    execute_block(find(environment)->on_reject);
    forget(find(environment));
}
static void on_cleanup(u32 environment) {
    execute_block(find(environment)->on_cleanup);
    forget(find(environment));
}

EXPORT("canister_init") void init(void) { execute_argument(); }
EXPORT("canister_post_upgrade") void post_upgrade(void) { execute_argument(); }
EXPORT("canister_update update") void update(void) { execute_argument(); }
EXPORT("canister_query query") void query(void) { execute_argument(); }
EXPORT("canister_composite_query composite_query") void composite_query(void) { execute_argument(); }
EXPORT("canister_query transform") void run_transform(void) { execute_block(transform); }
EXPORT("canister_pre_upgrade") void run_pre_upgrade(void) { execute_block(pre_upgrade); }
EXPORT("canister_inspect_message") void inspect(void) {
    if (inspect_message)
        execute_block(inspect_message);
    else
        ic0_accept_message();
}
EXPORT("canister_global_timer") void run_global_timer(void) { execute_block(global_timer); }
EXPORT("canister_on_low_wasm_memory") void run_low_wasm_memory(void) { execute_block(low_wasm_memory); }
#ifdef HEARTBEAT
EXPORT("canister_heartbeat") void run_heartbeat(void) { execute_block(heartbeat); }
#endif
