#include "replica/management/snapshot_module.hpp"

#include "replica/execution/damaged_record.hpp"
#include "replica/management/chunk_store.hpp"

namespace icvm::replica {

Result<ByteVector, Failure> snapshot_module(Subnet& subnet, const Snapshot& snapshot) {
    if (snapshot.module != MemoryId::none)
        return read_memory(subnet, snapshot.module, 0, snapshot.module_bytes);
    const std::string key = snapshot_module_key(snapshot.id);
    ByteVector module = TRY(stored_record(subnet, key));
    if (module.size() != snapshot.module_bytes) return std::unexpected(damaged_record(key));
    return module;
}

Result<ByteVector, Failure> read_memory(Subnet& subnet, MemoryId memory, u64 offset, u64 size) {
    PageMap pages(subnet.storage(), memory);
    ByteVector bytes(size);
    if (!pages.read(offset, bytes)) return std::unexpected(failure_of(*pages.error()));
    return bytes;
}

Result<void, Failure> write_memory(Subnet& subnet, MemoryId memory, u64 offset, Bytes bytes) {
    PageMap pages(subnet.storage(), memory);
    if (!pages.write(offset, bytes)) return std::unexpected(failure_of(*pages.error()));
    const auto transaction = subnet.storage().begin();
    pages.put_changes(*transaction, memory);
    return {};
}

}  // namespace icvm::replica
