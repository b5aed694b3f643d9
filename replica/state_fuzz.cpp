/// Opens a state that somebody has changed behind its checksums: the input is edits of the records
/// of a state in which calls, stops, timers and snapshots are under way. It is refused as damaged,
/// or it can be used: whatever it says then, nothing crashes, and no cycles are made or lost.

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>

#include "replica/execution/conservation.hpp"
#include "replica/replica.hpp"
#include "replica/state/storage_double.hpp"
#include "vm/vm.hpp"

using namespace icvm;
using namespace icvm::replica;

namespace {

using Records = std::map<std::string, ByteVector, std::less<>>;

/// `busy` calls itself, with and without a deadline, the canister before it, and raw_rand.
constexpr std::string_view canister_text = R"((module
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "debug_print" (func $print (param i32 i32)))
    (import "ic0" "canister_self_copy" (func $self (param i32 i32 i32)))
    (import "ic0" "global_timer_set" (func $timer (param i64) (result i64)))
    (import "ic0" "time" (func $time (result i64)))
    (import "ic0" "certified_data_set" (func $certify (param i32 i32)))
    (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
    (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_cycles_add128" (func $add (param i64 i64)))
    (import "ic0" "call_on_cleanup" (func $cleanup (param i32 i32)))
    (import "ic0" "call_with_best_effort_response" (func $deadline (param i32)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1 16)
    (table funcref (elem $done $done64))
    (global $count (export "count") (mut i32) (i32.const 0))
    (global (mut i64) (i64.const 1))
    (data (i32.const 0) "busypongraw_rand")
    (func $done (param i32) (global.set $count (i32.add (global.get $count) (i32.const 1))))
    (func $done64 (param i64))
    (func $call (param $callee i32) (param $bytes i32) (param $name i32) (param $size i32)
        (call $new (local.get $callee) (local.get $bytes) (local.get $name) (local.get $size)
                   (i32.const 0) (i32.const 7) (i32.const 0) (i32.const 8))
        (call $cleanup (i32.const 0) (i32.const 9))
        (call $add (i64.const 0) (i64.const 1000)))
    (func (export "canister_update busy")
        (call $print (i32.const 0) (i32.const 4))
        (drop (call $timer (i64.add (call $time) (i64.const 1000000000))))
        (call $certify (i32.const 0) (i32.const 8))
        (drop (call $grow (i64.const 2)))
        (call $write (i64.const 65530) (i64.const 0) (i64.const 16))
        (call $self (i32.const 64) (i32.const 0) (i32.const 10))
        (call $call (i32.const 64) (i32.const 10) (i32.const 4) (i32.const 4))
        (drop (call $perform))
        (call $call (i32.const 64) (i32.const 10) (i32.const 4) (i32.const 4))
        (call $deadline (i32.const 10))
        (drop (call $perform))
        (i32.store8 (i32.const 71) (i32.const 0))
        (call $call (i32.const 64) (i32.const 10) (i32.const 4) (i32.const 4))
        (drop (call $perform))
        (call $call (i32.const 64) (i32.const 0) (i32.const 8) (i32.const 8))
        (drop (call $perform)))
    (func (export "canister_update pong") (call $reply))
    (func (export "canister_query get") (call $reply))
    (func (export "canister_heartbeat"))
    (func (export "canister_global_timer"))
    (func (export "canister_on_low_wasm_memory"))))";

/// A storage that others may look into.
class Shared final : public Storage {
public:
    explicit Shared(test::StorageDouble& storage) : storage_(storage) {}
    std::unique_ptr<Transaction> begin() override { return storage_.begin(); }
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        return storage_.read_page(memory, index, page);
    }
    u64 next_page(MemoryId memory, u64 index) override { return storage_.next_page(memory, index); }
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        return storage_.record(key);
    }
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        return storage_.keys(prefix);
    }

private:
    test::StorageDouble& storage_;
};

Options options() {
    return {.cycles = "13", .guard = false, .progress = {}, .round_instructions = 1};
}

ByteVector encoded(std::string_view method, const Principal& id, std::string_view more = "") {
    const std::string text =
        fmt::format("(record {{ canister_id = principal \"{}\"{} }})", id.text(), more);
    const std::string name(method);
    auto bytes = candid::encode_arguments(text, management_interface().get(), &name);
    if (!bytes) std::abort();
    return std::move(*bytes);
}

/// Two canisters, of which one is being stopped, in the middle of their calls.
test::StorageDouble make_state() {
    test::StorageDouble storage;
    auto replica = *Replica::open(std::make_unique<Shared>(storage), options());
    const ByteVector module = vm::parse_module(canister_text)->bytes;
    const auto first = *replica.create_canister("first");
    const auto second = *replica.create_canister("second");
    for (const Principal& id : {first, second})
        if (!replica.install_code({.canister = id, .module = module})) std::abort();
    const auto manage = [&](std::string_view method, std::string_view more) {
        const Call call{Principal(), std::string(method), encoded(method, second, more)};
        if (!replica.submit(call)) std::abort();
        (void)replica.tick();
    };
    manage("upload_chunk", "; chunk = blob \"abc\"");
    manage("update_settings",
           "; settings = record { wasm_memory_threshold = opt (1000 : nat); "
           "log_visibility = opt variant { allowed_viewers = vec { principal \"aaaaa-aa\" } }; "
           "environment_variables = opt vec { record { name = \"a\"; value = \"b\" } } }");
    (void)replica.submit({second, "busy", {}});
    for (int round = 0; round < 3; round++) (void)replica.tick();
    manage("take_canister_snapshot", "");
    manage("upload_canister_snapshot_metadata",
           "; replace_snapshot = null; wasm_module_size = 100 : nat64; globals = vec {}; "
           "wasm_memory_size = 65536 : nat64; stable_memory_size = 0 : nat64; "
           "certified_data = blob \"\"; global_timer = null; "
           "on_low_wasm_memory_hook_status = null");
    (void)replica.submit({second, "busy", {}});
    (void)replica.submit({first, "busy", {}});
    (void)replica.tick();
    (void)replica.tick();
    (void)replica.submit({Principal(), "stop_canister", encoded("stop_canister", second)});
    (void)replica.tick();
    return storage;
}

/// Takes numbers and bytes from the input; nothing is left: zeros.
struct Input {
    Bytes bytes;
    u8 byte() {
        if (bytes.empty()) return 0;
        const u8 value = bytes[0];
        bytes = bytes.subspan(1);
        return value;
    }
    u64 word() { return byte() | u64(byte()) << 8; }
    Bytes some(size_t size) {
        const Bytes taken = bytes.first(std::min(size, bytes.size()));
        bytes = bytes.subspan(taken.size());
        return taken;
    }
};

void edit(Records& records, Input& input) {
    auto record = std::next(records.begin(), i64(input.byte() % records.size()));
    ByteVector& bytes = record->second;
    const size_t at = input.word() % (bytes.size() + 1);
    const u8 kind = input.byte();
    const auto place = bytes.begin() + i64(at);
    switch (kind % 6) {
        case 0:
            if (at < bytes.size()) bytes[at] = input.byte();
            break;
        case 1:
            if (at < bytes.size()) bytes[at] += u8(1 + (kind & 1) * 254);
            break;
        case 2: {
            const Bytes some = input.some(input.byte() % 64);
            bytes.insert(place, some.begin(), some.end());
            break;
        }
        case 3:
            bytes.erase(place, place + i64(std::min<size_t>(input.byte(), bytes.size() - at)));
            break;
        case 4: {
            const auto other = std::next(records.begin(), i64(input.byte() % records.size()));
            bytes = ByteVector(other->second);
            break;
        }
        default: records.erase(record); break;
    }
}

/// The record of the subnet says how many cycles there are.
bool make_whole(test::StorageDouble& storage) {
    auto subnet = Subnet::open(std::make_unique<Shared>(storage), options());
    if (!subnet) return false;
    SubnetRecord record = (*subnet)->record();
    record.cycles_created = accounted_cycles(**subnet);
    storage.records[std::string(subnet_key)] = encode(record);
    return true;
}

/// What reads.
void look(Replica& replica) {
    for (const Principal& id : replica.canisters()) {
        (void)replica.canister_status(id);
        (void)replica.module_info(id);
        (void)replica.query({id, "get", {}});
        for (const char* method : {"list_canister_snapshots", "fetch_canister_logs"})
            (void)replica.query({Principal(), method, encoded(method, id)});
    }
}

/// What changes.
void use(Replica& replica) {
    const auto manage = [&](std::string_view method, const Principal& id,
                            std::string_view more = "") {
        (void)replica.update({Principal(), std::string(method), encoded(method, id, more)});
    };
    for (const Principal& id : replica.canisters()) {
        (void)replica.update({id, "pong", {}});
        manage("canister_info", id, "; num_requested_changes = opt (20 : nat64)");
        manage("take_canister_snapshot", id);
        const Canister* canister = replica.canister(id);
        if (!canister || canister->snapshots.empty()) continue;
        std::string blob = "; snapshot_id = blob \"";
        for (const u8 byte : canister->snapshots[0].id) blob += fmt::format("\\{:02x}", byte);
        blob += '"';
        manage("read_canister_snapshot_metadata", id, blob);
        manage("read_canister_snapshot_data", id,
               blob +
                   "; kind = variant { wasm_module = record { offset = 90 : nat64; size = 9 : "
                   "nat64 } }");
        manage("load_canister_snapshot", id, blob);
        manage("delete_canister_snapshot", id, blob);
    }
    for (int round = 0; round < 8; round++) (void)replica.tick();
    (void)replica.advance_time(400'000'000'000);
    for (int round = 0; round < 4; round++) (void)replica.tick();
    for (const Principal& id : replica.canisters()) {
        (void)replica.stop_canister(id);
        (void)replica.delete_canister(id);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const test::StorageDouble state = make_state();
    test::StorageDouble storage = state;
    Input input{Bytes(data, size)};
    while (!input.bytes.empty() && !storage.records.empty()) edit(storage.records, input);
    if (!make_whole(storage)) return 0;
    auto replica = Replica::open(std::make_unique<Shared>(storage), options());
    if (!replica) return 0;
    look(*replica);
    use(*replica);
    return 0;
}
