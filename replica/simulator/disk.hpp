#pragma once

#include <memory>

#include "replica/state/state_hash.hpp"

namespace icvm::replica::simulator {

/// A storage in memory that outlives the replicas on it, knows its hash, and fails when told to.
class Disk {
public:
    Disk();
    /// For a replica; at most one changes the disk at a time.
    static std::unique_ptr<Storage> open(const std::shared_ptr<Disk>& disk);

    HashedStorage storage;
    bool commits_fail = false;

    Sha256 hash();
};

}  // namespace icvm::replica::simulator
