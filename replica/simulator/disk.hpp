#pragma once

#include <memory>
#include <set>

#include "replica/state/state_hash.hpp"
#include "replica/store/simulated_disk.hpp"

namespace icvm::replica::simulator {

/// A storage that outlives the replicas on it, knows its hash, and fails when told to. It is in
/// memory, or a directory of a simulated disk, whose power may fail.
class Disk {
public:
    explicit Disk(bool has_files);
    /// For a replica; at most one changes the disk at a time.
    static std::unique_ptr<Storage> open(const std::shared_ptr<Disk>& disk);

    HashedStorage& storage() { return *storage_; }
    Sha256 hash();
    /// The keys of records that were changed since the last call.
    std::set<std::string, std::less<>> take_changed_keys() { return std::exchange(changed_, {}); }
    bool commits_fail = false;

    bool has_files() const { return has_files_; }
    /// Power fails at the `call`-th call of the file system from now on.
    void plan_power_failure(u64 call) { files_.plan(SimulatedDisk::Fault::stop, call); }
    /// It does not fail any more; true when it has.
    bool cancel_power_failure();
    /// After it has failed: what was not synced is lost, kept or torn, as `seed` says. No replica
    /// may be on the disk. False: the state cannot be opened.
    bool restart(u64 seed);

private:
    friend class Attempt;
    bool open_storage();

    bool has_files_;
    SimulatedDisk files_;
    std::unique_ptr<HashedStorage> storage_;
    /// Of records.
    std::set<std::string, std::less<>> changed_;
};

}  // namespace icvm::replica::simulator
