#pragma once

#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/crypto/sha.hpp"
#include "replica/state/message.hpp"
#include "replica/state/record.hpp"

namespace icvm::replica {

/// Who asks for a change: a user, or a canister with its version where it tells.
struct ChangeOrigin {
    Principal principal;
    bool is_canister = false;
    std::optional<u64> canister_version;
};

struct CreationChange {
    std::vector<Principal> controllers;
    std::optional<Sha256> environment_variables_hash;
};
struct UninstallChange {};
struct DeploymentChange {
    InstallMode mode{};
    Sha256 module_hash{};
};
struct LoadSnapshotChange {
    std::optional<Principal> from_canister;
    ByteVector snapshot_id;
    u64 canister_version = 0;
    u64 taken_at_ns = 0;
    bool from_upload = false;  ///< its metadata was uploaded, not taken
};
struct ControllersChange {
    std::vector<Principal> controllers;
};

/// Interface spec, "Canister history".
struct CanisterChange {
    u64 time_ns = 0;
    u64 version = 0;  ///< after the change
    ChangeOrigin origin;
    std::variant<CreationChange, UninstallChange, DeploymentChange, LoadSnapshotChange,
                 ControllersChange>
        details;
};

struct CanisterHistory {
    static constexpr size_t changes_max = 20;

    u64 total = 0;                      ///< of all changes ever
    std::deque<CanisterChange> recent;  ///< the last, in order

    void add(CanisterChange change);
    /// Towards the canister's memory usage.
    u64 bytes() const;
    void encode(RecordWriter& out) const;
    static CanisterHistory decode(RecordReader& in);
};

}  // namespace icvm::replica
