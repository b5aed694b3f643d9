#include "replica/simulator/program.hpp"

#include <utility>

#include "replica/simulator/management_calls.hpp"

namespace icvm::replica::simulator {

namespace {

constexpr u32 depth_max = 4;
/// Of one program, and all that are within it.
constexpr u32 calls_max = 10;
/// More than a canister may have open to one other; of programs that are not larger.
constexpr u64 many_calls = 510;
constexpr size_t many_bytes = 700;
constexpr u64 second_ns = 1'000'000'000;

bool is_query(Role role) { return role == Role::query || role == Role::composite_query; }
/// Those that may answer somebody.
bool has_caller(Role role) {
    return role == Role::message || role == Role::callback || is_query(role);
}

}  // namespace

void ProgramWriter::put_integer(u64 integer) {
    put(Operation::push_integer);
    for (u32 i = 0; i < 8; i++) code_.push_back(u8(integer >> (8 * i)));
}

void ProgramWriter::put_bytes(Bytes bytes) {
    put(Operation::push_bytes);
    for (u32 i = 0; i < 4; i++) code_.push_back(u8(bytes.size() >> (8 * i)));
    code_.insert(code_.end(), bytes.begin(), bytes.end());
}

void ProgramWriter::put_note(std::string_view note) {
    put_bytes(bytes_of(std::string(note_mark) + std::string(note)));
    put(Operation::debug_print);
}

template <class Write>
ByteVector ProgramWriter::apart(Write write) {
    ByteVector outer = std::exchange(code_, {});
    write();
    return std::exchange(code_, std::move(outer));
}

/// Of all magnitudes, as balances are.
u128 ProgramWriter::cycles() { return random_.next() >> (16 + random_.below(40)); }

ByteVector ProgramWriter::program(Role role) {
    calls_left_ = 1 + random_.below(calls_max);
    return program(role, 0);
}

ByteVector ProgramWriter::program(Role role, u32 depth, std::string_view note) {
    return apart([&] {
        if (!note.empty()) put_note(note);
        for (int steps = 1 + random_.below(4); steps > 0; steps--) step(role, depth);
        const int answers = role == Role::callback ? 45 : 75;
        if (has_caller(role) && random_.percent(answers))
            answer();
        else if (random_.percent(cast_.habits.traps))
            stop_short();
    });
}

ByteVector ProgramWriter::nested(Role role, u32 depth, std::string_view note) {
    if (depth < depth_max) return program(role, depth + 1, note);
    return apart([&] {
        if (!note.empty()) put_note(note);
        if (role == Role::message || is_query(role)) answer();
    });
}

void ProgramWriter::step(Role role, u32 depth) {
    const u64 choice = random_.below(100);
    const bool changes = !is_query(role), calls = changes || role == Role::composite_query;
    if (choice < 25) return keep_something();
    if (choice < 35 && changes) return move_cycles();
    if (choice < 35 + cast_.habits.tasks && changes) return set_up(depth);
    if (choice < 56 && random_.percent(cast_.habits.traps)) return stop_short();
    const bool may_call = role != Role::cleanup && role != Role::initialization && calls;
    if (calls_left_ == 0 || !may_call) return keep_something();
    calls_left_--;
    call(role, depth);
}

void ProgramWriter::keep_something() {
    const u64 number = random_.below(256);
    switch (random_.below(10)) {
        case 0:
            put_integer(number);
            put(Operation::count);
            return;
        case 1:
            put(Operation::counter);
            put(Operation::u64);
            put(Operation::set_global);
            return;
        case 2:
            put_integer(1);
            put(Operation::stable64_grow);
            put(Operation::drop);
            return;
        case 3:
            put_integer(random_.below(70'000));
            put_integer(number);
            put_integer(random_.below(5000));
            put(Operation::fill);
            put(Operation::stable64_write);
            return;
        case 4:
            put_integer(random_.below(random_.percent(10) ? 40 : 3));
            put(Operation::memory_grow);
            put(Operation::drop);
            return;
        case 5:
            put(Operation::msg_caller);
            put(Operation::certified_data_set);
            return;
        case 6:
            put(Operation::canister_version);
            put(Operation::text);
            put(Operation::debug_print);
            return;
        case 7:
            put_integer(number);
            put_integer(random_.below(20'000));
            put(Operation::fill);
            put(Operation::set_global);
            return;
        case 8:
            put_integer(number);
            put(Operation::u32);
            put(Operation::append_global);
            return;
        default: put_integer(random_.below(300'000)); put(Operation::burn_instructions);
    }
}

void ProgramWriter::move_cycles() {
    if (random_.percent(85)) {
        put_integer(u64(cycles()));
        put(Operation::msg_cycles_accept);
        put(Operation::drop);
        return;
    }
    put_integer(0);
    put_integer(u64(cycles() >> 4));
    put(Operation::cycles_burn128);
    put(Operation::drop);
}

void ProgramWriter::set_program(Operation operation, ByteVector program) {
    put_bytes(program);
    put(operation);
}

/// Programs that run later.
void ProgramWriter::set_up(u32 depth) {
    switch (random_.below(8)) {
        case 0:
            return set_program(Operation::set_heartbeat, nested(Role::task, depth, "heartbeat"));
        case 1: return set_program(Operation::set_heartbeat, {});
        case 2:
            return set_program(Operation::set_low_wasm_memory,
                               nested(Role::task, depth, "low memory hook"));
        case 3:
            return set_program(Operation::set_inspect_message, apart([&] {
                                   if (random_.percent(80))
                                       put(Operation::accept_message);
                                   else
                                       stop_short();
                               }));
        case 4:
            return set_program(Operation::set_pre_upgrade, apart([&] {
                                   put_note("pre-upgrade hook");
                                   keep_something();
                                   if (random_.percent(20)) stop_short();
                               }));
        default: set_timer(depth);
    }
}

void ProgramWriter::set_timer(u32 depth) {
    set_program(Operation::set_global_timer, nested(Role::task, depth, "timer"));
    put_integer(cast_.time_ns + random_.below(30 * second_ns) / (1 + random_.below<u64>(1000)));
    put(Operation::global_timer_set);
    put(Operation::drop);
}

RandomCall ProgramWriter::random_call(Role role, u32 depth, bool best_effort) {
    const bool asks = role == Role::composite_query;
    if (!asks && random_.percent(cast_.habits.management_calls))
        return random_management_call(random_, cast_);
    RandomCall call{random_canister(random_, cast_), "update", {}};
    const u64 choice = random_.below(100);
    if (asks)
        call.method = choice < 50 ? "query" : "composite_query";
    else if (choice < 12)
        call.method = "query";
    else if (choice < 15)
        call.method = choice < 14 ? "missing" : "composite_query";
    call.is_to_self = random_.percent(15);
    const Role called = call.method == "composite_query" ? Role::composite_query
                        : call.method == "query"         ? Role::query
                                                         : Role::message;
    call.argument = nested(called, depth,
                           asks                    ? "query within a query"
                           : called == Role::query ? "replicated query"
                           : call.is_to_self       ? "self-call"
                           : best_effort           ? "best-effort call"
                                                   : "call");
    return call;
}

void ProgramWriter::call(Role role, u32 depth) {
    const bool best_effort = !is_query(role) && random_.percent(cast_.habits.best_effort_calls);
    const RandomCall made = random_call(role, depth, best_effort);
    const ByteVector code = apart([&] { perform_call(made, role, depth, best_effort); });
    if (made.callee != Principal() && code.size() < many_bytes && random_.percent(2)) {
        put_integer(many_calls);
        put_bytes(code);
        put(Operation::repeat);
    } else {
        code_.insert(code_.end(), code.begin(), code.end());
    }
}

void ProgramWriter::perform_call(const RandomCall& made, Role role, u32 depth, bool best_effort) {
    const bool manages = made.callee == Principal();
    const Role after = role == Role::composite_query ? role : Role::callback;
    if (made.is_to_self)
        put(Operation::canister_self);
    else
        put_bytes(made.callee.bytes());
    put_bytes(bytes_of(made.method));
    put_bytes(nested(after, depth, manages ? made.method : "reply callback"));
    put_bytes(nested(after, depth, "reject callback"));
    put(Operation::call_new);
    if (random_.percent(40)) {
        put_bytes(nested(Role::cleanup, depth, "cleanup callback"));
        put(Operation::call_on_cleanup);
    }
    put_bytes(made.argument);
    put(Operation::call_data_append);
    if (!is_query(role)) attach(made.cycles, best_effort);
    put(Operation::call_perform);
    put_bytes(apart([&] { put_note("call refused"); }));
    put_bytes({});
    put(Operation::if_else);
}

void ProgramWriter::attach(u64 needed, bool best_effort) {
    if (random_.percent(needed ? 90 : 50)) {
        put_integer(needed + u64(cycles()));
        put(Operation::call_cycles_add);
    }
    if (best_effort) {
        put_integer(random_.below(random_.percent(50) ? 3 : 400));
        put(Operation::call_with_best_effort_response);
    }
}

void ProgramWriter::answer() {
    if (random_.percent(85)) {
        put(Operation::global);
        put(Operation::msg_reply_data_append);
        put(Operation::msg_reply);
    } else {
        put_bytes(bytes_of("no"));
        put(Operation::msg_reject);
    }
}

/// A trap.
void ProgramWriter::stop_short() {
    switch (random_.below(5)) {
        case 0: return put(Operation::unreachable);
        case 1: return put(Operation::divide_by_zero);
        case 2:
            put_integer(u64(1) << 40);
            put_integer(8);
            put(Operation::stable64_read);
            return put(Operation::drop);
        case 3: return put(Operation::drop);
        default: put_bytes(bytes_of("enough")); return put(Operation::trap);
    }
}

}  // namespace icvm::replica::simulator
