#include "replica/simulator/disk.hpp"

#include "replica/state/subnet_record.hpp"
#include "replica/store/directory.hpp"
#include "replica/store/memory.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica::simulator {

namespace {

/// So small that logs are compacted often.
constexpr DirectoryLimits limits{.compaction_bytes_min = 1 << 20, .staged_bytes_max = 64 << 10};
constexpr std::string_view state_path = "/state";

}  // namespace

/// A transaction whose end may fail, and that notes its keys.
class Attempt final : public Transaction {
public:
    Attempt(std::unique_ptr<Transaction> transaction, Disk& disk)
        : transaction_(std::move(transaction)), disk_(disk) {}

    void put_pages(MemoryId memory, std::span<const u64> indices, Bytes pages) override {
        transaction_->put_pages(memory, indices, pages);
    }
    void erase_memory(MemoryId memory) override { transaction_->erase_memory(memory); }
    void put_record(std::string_view key, Bytes value) override {
        disk_.changed_.emplace(key);
        transaction_->put_record(key, value);
    }
    void erase_record(std::string_view key) override {
        disk_.changed_.emplace(key);
        transaction_->erase_record(key);
    }
    Result<void, StorageError> commit() override {
        if (disk_.commits_fail) return std::unexpected(StorageError{"the disk is full"});
        return transaction_->commit();
    }

private:
    std::unique_ptr<Transaction> transaction_;
    Disk& disk_;
};

namespace {

class Handle final : public Storage {
public:
    explicit Handle(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

    std::unique_ptr<Transaction> begin() override {
        return std::make_unique<Attempt>(disk_->storage().begin(), *disk_);
    }
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        return disk_->storage().read_page(memory, index, page);
    }
    u64 next_page(MemoryId memory, u64 index) override {
        return disk_->storage().next_page(memory, index);
    }
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        return disk_->storage().record(key);
    }
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        return disk_->storage().keys(prefix);
    }

private:
    std::shared_ptr<Disk> disk_;
};

}  // namespace

Disk::Disk(bool has_files) : has_files_(has_files) {
    files_.put_directory("/");
    const bool opened = open_storage();
    CHECK(opened);  // nothing fails yet
}

bool Disk::open_storage() {
    std::unique_ptr<Storage> storage;
    if (has_files_) {
        auto directory = open_directory(files_, std::string(state_path), 0, limits);
        if (!directory) return false;
        storage = std::move(*directory);
    } else {
        storage = open_memory();
    }
    const auto bytes = storage->record(subnet_key);
    if (!bytes) return false;
    const auto record = *bytes ? decode_subnet_record(**bytes) : SubnetRecord();
    if (!record) return false;
    storage_ = std::make_unique<HashedStorage>(std::move(storage), record->next_memory);
    return true;
}

bool Disk::cancel_power_failure() {
    files_.plan(SimulatedDisk::Fault::none, 0);
    return files_.stopped();
}

bool Disk::restart(u64 seed) {
    storage_.reset();
    files_.restart(seed);
    return open_storage();
}

std::unique_ptr<Storage> Disk::open(const std::shared_ptr<Disk>& disk) {
    return std::make_unique<Handle>(disk);
}

Sha256 Disk::hash() {
    auto hash = storage_->state_hash();
    CHECK(hash);  // power fails only while rounds are made
    return *hash;
}

}  // namespace icvm::replica::simulator
