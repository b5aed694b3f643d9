#include "replica/management/chunk_store.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "replica/execution/conditions.hpp"
#include "replica/execution/damaged_record.hpp"
#include "replica/execution/memory_limits.hpp"
#include "replica/management/charge.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

constexpr u64 upload_instructions = 200'000'000;

/// The canister itself may do so, too.
Result<const Canister*, Failure> find_store(const Subnet& subnet, const Principal& caller,
                                            const Principal& id) {
    const Canister* canister = TRY(find_managed(subnet, id));
    if (caller != id) TRY(require_controller(*canister, caller));
    return canister;
}

ByteVector bytes_of_hash(const Sha256& hash) { return {hash.begin(), hash.end()}; }

}  // namespace

std::optional<std::string> why_no_chunk(Bytes chunk, size_t chunks) {
    if (chunk.size() > chunk_bytes_max)
        return fmt::format("Wasm chunk size {} exceeds the maximum chunk size of {}", chunk.size(),
                           chunk_bytes_max);
    if (chunks >= chunks_max)
        return fmt::format(
            "Wasm chunk store has already reached maximum capacity of {} bytes or the maximum "
            "number of entries, {}",
            chunks_max * chunk_bytes_max, chunks_max);
    return std::nullopt;
}

std::optional<Sha256> hash_of_bytes(Bytes bytes) {
    Sha256 hash;
    if (bytes.size() != hash.size()) return std::nullopt;
    std::ranges::copy(bytes, hash.begin());
    return hash;
}

Result<ByteVector, Failure> stored_record(Subnet& subnet, const std::string& key) {
    auto record = subnet.storage().record(key);
    if (!record) return std::unexpected(failure_of(record.error()));
    if (*record) return std::move(**record);
    return std::unexpected(damaged_record(key));
}

Result<ByteVector, Failure> read_chunk(Subnet& subnet, const Canister& store, const Sha256& hash) {
    if (!store.chunks.contains(hash))
        return refuse(ManagementRefusal::chunk_store,
                      fmt::format("Chunk hash [{}] was not found", fmt::join(hash, ", ")));
    return stored_record(subnet, chunk_key(store.id, hash));
}

void clear_chunks(Subnet& subnet, Canister& canister) {
    for (const Sha256& hash : canister.chunks)
        subnet.storage().erase_record(chunk_key(canister.id, hash));
    canister.chunks.clear();
    subnet.mark(canister, Part::chunks);
}

namespace management::methods {

ManagementResult<ChunkHash> upload_chunk(ManagementContext& context,
                                         const UploadChunkArguments& given) {
    Subnet& subnet = context.subnet;
    (void)TRY(find_store(subnet, context.caller, given.canister_id));
    Canister& canister = subnet.change(given.canister_id);
    // The hash is to be paid for, whether the chunk is taken or not.
    const u128 cost = subnet.schedule().execution(upload_instructions, false);
    if (auto paid = withdraw(subnet, canister, cost, context.caller); !paid)
        return refuse(ManagementRefusal::chunk_store,
                      "Error charging for 'upload_chunk': " + paid.error());

    const Sha256 hash = sha256(given.chunk);
    if (canister.chunks.contains(hash)) return ChunkHash{bytes_of_hash(hash)};
    if (const auto why = why_no_chunk(given.chunk, canister.chunks.size()))
        return refuse(ManagementRefusal::chunk_store, *why);
    const u64 used = memory_usage_bytes(canister);
    TRY(take_growth(subnet, canister, {used, used + chunk_bytes_max, 0}, context.caller));
    canister.chunks.insert(hash);
    subnet.mark(canister, Part::chunks);
    subnet.storage().put_record(chunk_key(canister.id, hash), given.chunk);
    return ChunkHash{bytes_of_hash(hash)};
}

ManagementResult<Nothing> clear_chunk_store(ManagementContext& context,
                                            const CanisterIdRecord& given) {
    (void)TRY(find_store(context.subnet, context.caller, given.canister_id));
    clear_chunks(context.subnet, context.subnet.change(given.canister_id, Part::chunks));
    return Nothing{};
}

ManagementResult<std::vector<ChunkHash>> stored_chunks(ManagementContext& context,
                                                       const CanisterIdRecord& given) {
    const Canister& canister = *TRY(find_store(context.subnet, context.caller, given.canister_id));
    std::vector<ChunkHash> hashes;
    for (const Sha256& hash : canister.chunks) hashes.push_back({bytes_of_hash(hash)});
    return hashes;
}

}  // namespace management::methods

}  // namespace icvm::replica
