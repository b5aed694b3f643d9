#include "replica/simulator/program.hpp"

#include <utility>

#include "replica/simulator/management_calls.hpp"

namespace icvm::replica::simulator {

namespace {

constexpr u32 depth_max = 4;
/// Of one program, and all that are within it.
constexpr u32 calls_max = 10;
/// More than a canister may have open to one other.
constexpr u64 many_calls = 510;
constexpr u64 second_ns = 1'000'000'000;

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

/// Now and then one that is not there.
Principal ProgramWriter::canister() {
    if (cast_.canisters.empty() || random_.percent(2)) return Principal::canister(7);
    return random_.pick(cast_.canisters);
}

/// Of all magnitudes, as balances are.
u128 ProgramWriter::cycles() { return random_.next() >> (16 + random_.below(40)); }

ByteVector ProgramWriter::program(Role role) {
    calls_left_ = 1 + u32(random_.below(calls_max));
    return program(role, 0);
}

ByteVector ProgramWriter::program(Role role, u32 depth) {
    ByteVector outer = std::exchange(code_, {});
    for (u64 steps = 1 + random_.below(4); steps > 0; steps--) step(role, depth);
    if (role == Role::message || role == Role::query || role == Role::callback) {
        const u64 choice = random_.below(100);
        if (choice < (role == Role::callback ? 45u : 65u))
            answer();
        else if (choice < 75)
            stop_short();
    } else if (random_.percent(10)) {
        stop_short();
    }
    return std::exchange(code_, std::move(outer));
}

ByteVector ProgramWriter::nested(Role role, u32 depth) {
    if (depth < depth_max) return program(role, depth + 1);
    ByteVector outer = std::exchange(code_, {});
    if (role == Role::message) answer();
    return std::exchange(code_, std::move(outer));
}

void ProgramWriter::step(Role role, u32 depth) {
    const u64 choice = random_.below(100);
    if (choice < 30) return keep_something();
    if (choice < 42 && role != Role::query) return move_cycles();
    if (choice < 50 && role != Role::query) return set_up(depth);
    if (choice < 52) return stop_short();
    if (calls_left_ == 0 || role == Role::cleanup) return keep_something();
    calls_left_--;
    call(role, depth);
}

void ProgramWriter::keep_something() {
    const u64 number = random_.below(256);
    switch (random_.below(9)) {
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
            put_integer(random_.below(3));
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
        default: put_integer(random_.below(300'000)); put(Operation::burn_instructions);
    }
}

void ProgramWriter::move_cycles() {
    if (random_.percent(75)) {
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

/// Programs that run later.
void ProgramWriter::set_up(u32 depth) {
    switch (random_.below(6)) {
        case 0:
            put_bytes(nested(Role::task, depth));
            put(Operation::set_heartbeat);
            return;
        case 1:
            put_bytes({});
            put(Operation::set_heartbeat);
            return;
        case 2: {
            ByteVector outer = std::exchange(code_, {});
            if (random_.percent(80))
                put(Operation::accept_message);
            else
                stop_short();
            const ByteVector inspect = std::exchange(code_, std::move(outer));
            put_bytes(inspect);
            put(Operation::set_inspect_message);
            return;
        }
        case 3: {
            ByteVector outer = std::exchange(code_, {});
            keep_something();
            if (random_.percent(20)) stop_short();
            const ByteVector hook = std::exchange(code_, std::move(outer));
            put_bytes(hook);
            put(Operation::set_pre_upgrade);
            return;
        }
        default:
            put_bytes(nested(Role::task, depth));
            put(Operation::set_global_timer);
            put_integer(cast_.time_ns + random_.below(30 * second_ns) / (1 + random_.below(1000)));
            put(Operation::global_timer_set);
            put(Operation::drop);
    }
}

RandomCall ProgramWriter::random_call(Role role, u32 depth) {
    if (random_.percent(role == Role::query ? 2 : 18)) return management_call();
    RandomCall call{canister(), "update", {}};
    const u64 choice = random_.below(100);
    if (role == Role::query)
        call.method = choice < 50 ? "query" : "composite_query";
    else if (choice < 12)
        call.method = "query";
    else if (choice < 15)
        call.method = "missing";
    const bool asks = role == Role::query || call.method == "query";
    call.argument = nested(asks ? Role::query : Role::message, depth);
    return call;
}

void ProgramWriter::call(Role role, u32 depth) {
    const RandomCall made = random_call(role, depth);
    ByteVector outer = std::exchange(code_, {});
    put_bytes(made.callee.bytes());
    put_bytes(bytes_of(made.method));
    put_bytes(nested(Role::callback, depth));
    put_bytes(nested(Role::callback, depth));
    put(Operation::call_new);
    if (random_.percent(40)) {
        put_bytes(nested(Role::cleanup, depth));
        put(Operation::call_on_cleanup);
    }
    put_bytes(made.argument);
    put(Operation::call_data_append);
    if (role != Role::query) attach();
    put(Operation::call_perform);
    put(Operation::drop);
    const ByteVector code = std::exchange(code_, std::move(outer));
    if (code.size() < 400 && random_.percent(2)) {
        put_integer(many_calls);
        put_bytes(code);
        put(Operation::repeat);
    } else {
        code_.insert(code_.end(), code.begin(), code.end());
    }
}

void ProgramWriter::attach() {
    if (random_.percent(50)) {
        put_integer(u64(cycles()));
        put(Operation::call_cycles_add);
    }
    if (random_.percent(30)) {
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

RandomCall ProgramWriter::management_call() { return random_management_call(random_, cast_); }

}  // namespace icvm::replica::simulator
