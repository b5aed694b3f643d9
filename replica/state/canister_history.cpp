#include "replica/state/canister_history.hpp"

namespace icvm::replica {

namespace {

void put(RecordWriter& out, const std::vector<Principal>& principals) {
    out.put_u64(principals.size());
    for (const Principal& principal : principals) out.put_principal(principal);
}

std::vector<Principal> principals_field(RecordReader& in) {
    std::vector<Principal> principals;
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--)
        principals.push_back(in.principal_field());
    return principals;
}

struct Encoder {
    RecordWriter& out;
    void operator()(const CreationChange& change) const {
        put(out, change.controllers);
        out.put_u8(change.environment_variables_hash.has_value());
        if (change.environment_variables_hash) out.put_bytes(*change.environment_variables_hash);
    }
    void operator()(const UninstallChange&) const {}
    void operator()(const DeploymentChange& change) const {
        out.put_u8(u8(change.mode));
        out.put_bytes(change.module_hash);
    }
    void operator()(const LoadSnapshotChange& change) const {
        out.put_u8(change.from_canister.has_value());
        if (change.from_canister) out.put_principal(*change.from_canister);
        out.put_bytes(change.snapshot_id);
        out.put_u64(change.canister_version);
        out.put_u64(change.taken_at_ns);
        out.put_u8(change.from_upload);
    }
    void operator()(const ControllersChange& change) const { put(out, change.controllers); }
};

CreationChange creation_field(RecordReader& in) {
    CreationChange change;
    change.controllers = principals_field(in);
    if (in.u8_field() != 0) change.environment_variables_hash = in.hash_field();
    return change;
}

DeploymentChange deployment_field(RecordReader& in) {
    DeploymentChange change;
    const u8 mode = in.u8_field();
    if (mode > u8(InstallMode::upgrade)) in.fail();
    change.mode = InstallMode(mode);
    change.module_hash = in.hash_field();
    return change;
}

LoadSnapshotChange load_field(RecordReader& in) {
    LoadSnapshotChange change;
    if (in.u8_field() != 0) change.from_canister = in.principal_field();
    const Bytes id = in.bytes_field();
    change.snapshot_id.assign(id.begin(), id.end());
    change.canister_version = in.u64_field();
    change.taken_at_ns = in.u64_field();
    change.from_upload = in.u8_field() != 0;
    return change;
}

CanisterChange change_field(RecordReader& in) {
    CanisterChange change;
    change.time_ns = in.u64_field();
    change.version = in.u64_field();
    change.origin.principal = in.principal_field();
    change.origin.is_canister = in.u8_field() != 0;
    if (in.u8_field() != 0) change.origin.canister_version = in.u64_field();
    switch (in.u8_field()) {
        case 0: change.details = creation_field(in); break;
        case 1: change.details = UninstallChange{}; break;
        case 2: change.details = deployment_field(in); break;
        case 3: change.details = load_field(in); break;
        case 4: change.details = ControllersChange{principals_field(in)}; break;
        default: in.fail();
    }
    return change;
}

/// What mainnet counts for an entry, beside its controllers.
constexpr u64 change_bytes = 160;

u64 bytes_of(const CanisterChange& change) {
    if (const auto* created = std::get_if<CreationChange>(&change.details))
        return change_bytes + created->controllers.size() * sizeof(Principal);
    if (const auto* changed = std::get_if<ControllersChange>(&change.details))
        return change_bytes + changed->controllers.size() * sizeof(Principal);
    return change_bytes;
}

}  // namespace

void CanisterHistory::add(CanisterChange change) {
    total++;
    if (recent_.size() == changes_max) {
        bytes_ -= bytes_of(recent_.front());
        recent_.pop_front();
    }
    keep(std::move(change));
}

void CanisterHistory::keep(CanisterChange change) {
    bytes_ += bytes_of(change);
    recent_.push_back(std::move(change));
}

void CanisterHistory::forget_recent() {
    recent_.clear();
    bytes_ = 0;
}

void CanisterHistory::encode(RecordWriter& out) const {
    out.put_u64(total);
    out.put_u64(recent_.size());
    for (const CanisterChange& change : recent_) {
        out.put_u64(change.time_ns);
        out.put_u64(change.version);
        out.put_principal(change.origin.principal);
        out.put_u8(change.origin.is_canister);
        out.put_u8(change.origin.canister_version.has_value());
        if (change.origin.canister_version) out.put_u64(*change.origin.canister_version);
        out.put_u8(u8(change.details.index()));
        std::visit(Encoder{out}, change.details);
    }
}

CanisterHistory CanisterHistory::decode(RecordReader& in) {
    CanisterHistory history;
    history.total = in.u64_field();
    for (u64 n = in.count_field(19); n > 0 && in.ok(); n--) history.keep(change_field(in));
    if (history.recent_.size() > changes_max) in.fail();
    return history;
}

}  // namespace icvm::replica
