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

/// What the last changes take is summed up: it is asked at every execution.
class CanisterHistory {
public:
    static constexpr size_t changes_max = 20;

    u64 total = 0;  ///< of all changes ever

    /// The last, in order.
    const std::deque<CanisterChange>& recent() const { return recent_; }
    void add(CanisterChange change);
    /// Only how many there were is kept.
    void forget_recent();
    /// Towards the canister's memory usage.
    u64 bytes() const { return bytes_; }
    void encode(RecordWriter& out) const;
    static CanisterHistory decode(RecordReader& in);

private:
    void keep(CanisterChange change);

    std::deque<CanisterChange> recent_;
    u64 bytes_ = 0;  ///< of recent_
};

}  // namespace icvm::replica
