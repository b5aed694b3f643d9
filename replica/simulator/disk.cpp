#include "replica/simulator/disk.hpp"

#include "replica/store/memory.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica::simulator {

namespace {

/// A transaction whose end may fail.
class Attempt final : public Transaction {
public:
    Attempt(std::unique_ptr<Transaction> transaction, const Disk& disk)
        : transaction_(std::move(transaction)), disk_(disk) {}

    void put_pages(MemoryId memory, std::span<const u64> indices, Bytes pages) override {
        transaction_->put_pages(memory, indices, pages);
    }
    void erase_memory(MemoryId memory) override { transaction_->erase_memory(memory); }
    void put_record(std::string_view key, Bytes value) override {
        transaction_->put_record(key, value);
    }
    void erase_record(std::string_view key) override { transaction_->erase_record(key); }
    Result<void, StorageError> commit() override {
        if (disk_.commits_fail) return std::unexpected(StorageError{"the disk is full"});
        return transaction_->commit();
    }

private:
    std::unique_ptr<Transaction> transaction_;
    const Disk& disk_;
};

class Handle final : public Storage {
public:
    explicit Handle(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

    std::unique_ptr<Transaction> begin() override {
        return std::make_unique<Attempt>(disk_->storage.begin(), *disk_);
    }
    Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) override {
        return disk_->storage.read_page(memory, index, page);
    }
    u64 next_page(MemoryId memory, u64 index) override {
        return disk_->storage.next_page(memory, index);
    }
    Result<std::optional<ByteVector>, StorageError> record(std::string_view key) override {
        return disk_->storage.record(key);
    }
    Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) override {
        return disk_->storage.keys(prefix);
    }

private:
    std::shared_ptr<Disk> disk_;
};

}  // namespace

Disk::Disk() : storage(open_memory(), 0) {}

std::unique_ptr<Storage> Disk::open(const std::shared_ptr<Disk>& disk) {
    return std::make_unique<Handle>(disk);
}

Sha256 Disk::hash() {
    auto hash = storage.state_hash();
    CHECK(hash);  // memory can be read
    return *hash;
}

}  // namespace icvm::replica::simulator
