#pragma once

/// A canister for tests that writes down what happens to it, and a replica to put it into.

#include <memory>

#include "replica/execution/module_builder.hpp"
#include "replica/replica.hpp"
#include "replica/state/storage_double.hpp"
#include "replica/state/subnet_record.hpp"

namespace icvm::replica::test {

/// Where the canister keeps things in its heap.
inline constexpr u32 scratch_address = 1024, text_address = 2048, cell_address = 64,
                     data_address = 128;

/// What the test canister is made of.
struct TestCanister {
    bool memory64 = false;
    char tag = 'A';  ///< in its active data segment
    bool enhanced_persistence = false;
    bool hooks = true;
    std::string traps_in{};  ///< entry point that traps at its end; "start"
    u64 memory_pages = 1;
};

/// Builds modules whose entry points append to a text in stable memory: its length in the first 8
/// bytes, then the text.
class TestModule : public ModuleBuilder {
public:
    explicit TestModule(const TestCanister& canister)
        : ModuleBuilder(canister.memory64),
          size_(import("stable64_size")),
          grow_(import("stable64_grow")),
          read_(import("stable64_read")),
          write_(import("stable64_write")),
          reply_(import("msg_reply")),
          append_reply_(import("msg_reply_data_append")),
          argument_(import("msg_arg_data_copy")),
          argument_size_(import("msg_arg_data_size")),
          version_(import("canister_version")),
          print_(import("debug_print")),
          trap_(import("trap")),
          reject_(import("msg_reject")) {
        memory(canister.memory_pages);
        cell_ = global(vm::types::i32, true, i32_const(0));
        data(address(data_address), std::string(1, canister.tag));
        append_ = function(append_body(), {{vm::types::i32}, {}});
        if (canister.hooks) add_hooks(canister);
        add_methods();
        if (canister.enhanced_persistence)
            custom("icp:private enhanced-orthogonal-persistence", "1.0.0");
    }

    /// Appends a character to the text.
    Code write_down(char character) const { return i32_const(character) + call(append_); }
    Code reply(u32 from, const Code& size) const {
        return address(from) + size + call(append_reply_) + call(reply_);
    }
    u32 reply_function() const { return reply_; }

private:
    Code scratch() const { return i64_const(scratch_address); }
    Code load_length() const { return address(scratch_address) + i64_load(0); }

    Code append_body() const {
        const Code i64_add = bytes({0x7C}), i64_eqz = bytes({0x50});
        return call(size_) + i64_eqz + if_then(i64_const(1) + call(grow_) + drop()) + scratch() +
               i64_const(0) + i64_const(8) + call(read_) + address(scratch_address) + local_get(0) +
               i32_store8(8) + i64_const(8) + load_length() + i64_add +
               i64_const(scratch_address + 8) + i64_const(1) + call(write_) +
               address(scratch_address) + load_length() + i64_const(1) + i64_add + i64_store(0) +
               i64_const(0) + scratch() + i64_const(8) + call(write_);
    }
    /// '0' and the canister's version.
    Code write_down_version() const {
        return call(version_) + bytes({0xA7}) + i32_const('0') + i32_add() + call(append_);
    }
    Code argument_to(u32 to) const {
        return address(to) + address(0) + call(argument_size_) + call(argument_);
    }
    Code end_of(const TestCanister& canister, std::string_view entry_point) const {
        return canister.traps_in == entry_point ? unreachable() : Code{};
    }
    void add_hooks(const TestCanister& canister) {
        method("canister_pre_upgrade", write_down('p') + write_down_version() +
                                           address(cell_address) + i32_const('P') + i32_store8(1) +
                                           end_of(canister, "canister_pre_upgrade"));
        method("canister_init", write_down('i') + write_down_version() + argument_to(text_address) +
                                    end_of(canister, "canister_init"));
        method("canister_post_upgrade", write_down('o') + write_down_version() +
                                            argument_to(text_address) +
                                            end_of(canister, "canister_post_upgrade"));
        start(function(write_down('s') + address(cell_address) + i32_const('S') + i32_store8(2) +
                       end_of(canister, "start")));
    }
    void add_methods() {
        const Code set =
            argument_to(cell_address) + address(cell_address) + i32_load8_u(0) + global_set(cell_);
        method("canister_update set", set + write_down('u') + call(reply_));
        method("canister_update set_and_trap", set + write_down('u') + unreachable());
        method("canister_query set_in_query", set + write_down('q') + get());
        method("canister_query get", get());
        method("canister_update get_in_update", get());
        method("canister_query text", i64_const(text_address) + i64_const(0) + i64_const(256) +
                                          call(read_) + reply(text_address, address(256)));
        method("canister_update say", argument_to(text_address) + address(text_address) +
                                          call(argument_size_) + call(print_) + call(reply_));
        method("canister_update die", argument_to(text_address) + address(text_address) +
                                          call(argument_size_) + call(trap_));
        method("canister_update refuse", set + argument_to(text_address) + address(text_address) +
                                             call(argument_size_) + call(reject_));
        method("canister_update silent", set);
        method("canister_update spin", loop_forever());
        method("canister_update grow", address(1) + memory_grow() + drop() + call(reply_));
        method("canister_update read_beyond", address(-4) + i32_load(0) + drop());
        method("canister_update divide", i32_const(1) + i32_const(0) + bytes({0x6D}) + drop());
        method("canister_composite_query composite", get());
    }
    /// The cell's three bytes, the global, and the byte of the data segment.
    Code get() const {
        return address(text_address) + address(cell_address) + i32_load(0) + i32_store(0) +
               address(text_address) + global_get(cell_) + i32_store8(3) + address(text_address) +
               address(data_address) + i32_load8_u(0) + i32_store8(4) +
               reply(text_address, address(5));
    }

    u32 size_, grow_, read_, write_, reply_, append_reply_, argument_, argument_size_, version_,
        print_, trap_, reject_;
    u32 cell_ = 0, append_ = 0;
};

inline ByteVector module_of(const TestCanister& canister) { return TestModule(canister).build(); }

/// A storage that outlives the replicas that are opened on it.
class SharedStorage final : public Storage {
public:
    explicit SharedStorage(std::shared_ptr<StorageDouble> storage) : storage_(std::move(storage)) {}
    std::unique_ptr<Transaction> begin() override { return storage_->begin(); }
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        return storage_->read_page(memory, index, page);
    }
    u64 next_page(MemoryId memory, u64 index) override {
        return storage_->next_page(memory, index);
    }
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        return storage_->record(key);
    }
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        return storage_->keys(prefix);
    }

private:
    std::shared_ptr<StorageDouble> storage_;
};

/// A replica on a storage of its own, which can be closed and opened again.
struct World {
    std::shared_ptr<StorageDouble> storage = std::make_shared<StorageDouble>();
    Options options{.cycles = "", .guard = false, .progress = {}};
    Replica replica = opened();
    Principal id{};

    explicit World(Options with = {.cycles = "", .guard = false, .progress = {}})
        : options(std::move(with)) {
        reopen();
    }

    Replica opened() const {
        auto replica = Replica::open(std::make_unique<SharedStorage>(storage), options);
        REQUIRE(replica);
        return std::move(*replica);
    }
    void reopen() { replica = opened(); }

    Result<Receipt, Failure> install(const ByteVector& module,
                                     InstallMode mode = InstallMode::install,
                                     std::string_view argument = "") {
        if (id == Principal()) id = replica.create_canister("canister").value();
        InstallCode request{.canister = id, .mode = mode, .module = module};
        request.argument.assign(argument.begin(), argument.end());
        return replica.install_code(request);
    }
    Result<Receipt, Failure> upgrade(const ByteVector& module,
                                     std::optional<WasmMemoryPersistence> persistence = {},
                                     bool skip_pre_upgrade = false) {
        return replica.install_code({.canister = id,
                                     .mode = InstallMode::upgrade,
                                     .module = module,
                                     .skip_pre_upgrade = skip_pre_upgrade,
                                     .wasm_memory_persistence = persistence});
    }
    Call call_of(const std::string& method, std::string_view argument) const {
        return {id, method, ByteVector(argument.begin(), argument.end())};
    }
    /// The reply, or "IC0nnn: message".
    std::string update(const std::string& method, std::string_view argument = "") {
        return answer(replica.update(call_of(method, argument)));
    }
    std::string query(const std::string& method, std::string_view argument = "") {
        return answer(replica.query(call_of(method, argument)));
    }
    static std::string answer(const Result<Reply, Failure>& result) {
        return result ? std::string(text_of(result->bytes)) : error_of(result);
    }
    template <class T>
    static std::string error_of(const Result<T, Failure>& result) {
        if (result) return "no error";
        if (result.error().kind == Failure::Kind::storage) return result.error().storage.message;
        if (result.error().kind == Failure::Kind::interrupted) return "interrupted";
        return to_string(result.error().reject.error) + ": " + result.error().reject.message;
    }
    /// What the test canister has written down.
    std::string text() {
        const std::string page = query("text");
        REQUIRE(page.size() == 256);
        return page.substr(8, u8(page[0]));
    }
    u64 version() const { return replica.canister_status(id).value().version; }
};

/// What is stored beside pages, without what each round changes and without logs.
inline auto records_but_log(const World& world) {
    auto records = world.storage->records;
    records.erase(std::string(subnet_key));
    std::erase_if(records, [](const auto& entry) { return entry.first.starts_with("log/"); });
    return records;
}

}  // namespace icvm::replica::test
