#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/bytes.hpp"
#include "vm/base/result.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// A memory in the storage: the heap or the stable memory of some canister. 0 is none.
/// Ids are given out by the replica (a counter in its own record) and never used again.
enum class MemoryId : u64 { none = 0 };

/// The state could not be read or written: what, where, why, what next.
struct StorageError {
    std::string message;  ///< "cannot write .icvm/log: No space left on device"
    std::string next{};   ///< what the person can do about it
};

/// One transaction: nothing of it is there before commit() says so, and all of it afterwards.
/// Dropped without commit: nothing happened.
class Transaction {
public:
    virtual ~Transaction() = default;
    /// `pages` holds indices.size() pages of vm::page_bytes, one after the other.
    virtual void put_pages(MemoryId memory, std::span<const u64> indices, Bytes pages) = 0;
    virtual void erase_memory(MemoryId memory) = 0;
    /// Small: kilobytes. (A module's bytes are a record, too: they are written once.)
    virtual void put_record(std::string_view key, Bytes value) = 0;
    virtual void erase_record(std::string_view key) = 0;
    /// Durable when it returns. After an error the storage is as before `begin`.
    virtual Result<void, StorageError> commit() = 0;
};

/// Where the state lives: a directory, or memory. Pages of 4 KiB and small records, changed by
/// transactions. A page that was never put is zero; opening reads no pages.
class Storage {
public:
    virtual ~Storage() = default;
    virtual std::unique_ptr<Transaction> begin() = 0;
    /// Copies a page over `page` (vm::page_bytes, zeros on entry: an absent page leaves them).
    virtual Result<void, StorageError> read_page(MemoryId memory, u64 index, u8* page) = 0;
    /// The first page at or after `index` that is present; all ones: none.
    virtual u64 next_page(MemoryId memory, u64 index) = 0;
    virtual Result<std::optional<ByteVector>, StorageError> record(std::string_view key) = 0;
    /// The keys that begin with `prefix`, in byte order.
    virtual Result<std::vector<std::string>, StorageError> keys(std::string_view prefix) = 0;
};

}  // namespace icvm::replica
