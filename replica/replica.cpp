#include "replica/replica.hpp"

#include <algorithm>

#include "replica/execution/canister_module.hpp"
#include "replica/execution/conditions.hpp"
#include "replica/execution/install_code.hpp"
#include "replica/execution/query.hpp"
#include "replica/execution/update.hpp"
#include "replica/management/create_canister.hpp"
#include "replica/management/lifecycle.hpp"

namespace icvm::replica {

namespace {

/// DER of an Ed25519 public key (RFC 8410) whose 32 bytes are made up: nobody has the private key.
constexpr std::string_view caller_key_prefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00",
                                             12);
constexpr std::string_view caller_key = "icvm calls as this when unasked!";

static_assert(caller_key.size() == 32);

}  // namespace

struct Replica::State {
    Subnet subnet;
    Principal caller;
};

Replica::Replica(std::unique_ptr<State> state) : state_(std::move(state)) {}
Replica::~Replica() = default;
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;

Result<Replica, Failure> Replica::open(std::unique_ptr<Storage> storage, Options options) {
    auto subnet = Subnet::open(std::move(storage), std::move(options));
    if (!subnet) return std::unexpected(std::move(subnet.error()));
    return Replica(std::make_unique<State>(std::move(*subnet), default_caller()));
}

void Replica::set_caller(const Principal& caller) { state_->caller = caller; }

const Principal& Replica::caller() const { return state_->caller; }

Result<Principal, Failure> Replica::create_canister(const std::string& name) {
    return replica::create_canister(state_->subnet, caller(), name);
}

Result<Receipt, Failure> Replica::install_code(const InstallCode& request) {
    return replica::install_code(state_->subnet, caller(), request);
}

Result<NewCanister, Failure> Replica::create_and_install(const std::string& name,
                                                         const InstallCode& request) {
    return replica::create_and_install(state_->subnet, caller(), name, request);
}

Result<Reply, Failure> Replica::update(const Call& call) {
    return execute_update(state_->subnet, caller(), call);
}

Result<Reply, Failure> Replica::query(const Call& call) {
    return execute_query(state_->subnet, caller(), call);
}

Result<Receipt, Failure> Replica::stop_canister(const Principal& id) {
    return replica::stop_canister(state_->subnet, caller(), id);
}

Result<Receipt, Failure> Replica::start_canister(const Principal& id) {
    return replica::start_canister(state_->subnet, caller(), id);
}

Result<Receipt, Failure> Replica::uninstall_code(const Principal& id) {
    return replica::uninstall_code(state_->subnet, caller(), id);
}

Result<Receipt, Failure> Replica::delete_canister(const Principal& id) {
    return replica::delete_canister(state_->subnet, caller(), id);
}

std::optional<Principal> Replica::find_by_name(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    for (const auto& [id, canister] : state_->subnet.canisters())
        if (canister.name == name) return id;
    return std::nullopt;
}

Result<CanisterStatus, Failure> Replica::canister_status(const Principal& id) const {
    return replica::canister_status(state_->subnet, id);
}

std::vector<Principal> Replica::canisters() const {
    std::vector<Principal> ids;
    for (const auto& [id, canister] : state_->subnet.canisters()) ids.push_back(id);
    return ids;
}

Result<std::optional<ByteVector>, Failure> Replica::module_bytes(const Principal& id) const {
    return state_->subnet.module_bytes(id);
}

Result<std::optional<ModuleInfo>, Failure> Replica::module_info(const Principal& id) const {
    const Canister& canister = *TRY(find_managed(state_->subnet, id));
    if (!canister.code) return std::nullopt;
    return describe_module(*TRY(state_->subnet.module_of(canister)));
}

const vm::CostVersion& Replica::metering() const { return state_->subnet.metering(); }

u64 Replica::time_ns() const { return state_->subnet.record().time_ns(); }

Principal default_caller() {
    std::string der(caller_key_prefix);
    der += caller_key;
    return Principal::self_authenticating(bytes_of(der));
}

}  // namespace icvm::replica
