// The subnet as the state tree shows it.

#include <algorithm>
#include <utility>

#include "replica/execution/subnet.hpp"

namespace icvm::replica {

namespace {

constexpr std::string_view section_prefixes[] = {"icp:public ", "icp:private "};

/// Canister ids of this subnet: all that it may ever give out.
SubnetView::Range canister_range() {
    return {Principal::canister(first_canister_index), Principal::canister(~u64(0))};
}

SubnetView subnet_view() {
    return {.id = subnet_id(), .public_key = root_key(), .ranges = {canister_range()}};
}

std::string_view name_of(IngressState state) {
    switch (state) {
        case IngressState::received: return "received";
        case IngressState::processing: return "processing";
        case IngressState::replied: return "replied";
        case IngressState::rejected: return "rejected";
        case IngressState::done: return "done";
    }
    return "";
}

RequestView view_of(const IngressStatus& status) {
    RequestView view{.status = name_of(status.state)};
    if (status.state == IngressState::replied) view.reply = std::get<ByteVector>(status.payload);
    if (status.state != IngressState::rejected) return view;
    const auto& rejection = std::get<RejectPayload>(status.payload);
    view.rejection = RequestView::Rejected{rejection.code, rejection.error, rejection.message};
    return view;
}

CanisterView view_of(const Canister& canister) {
    CanisterView view{.controllers = canister.controllers()};
    if (!canister.code) return view;
    view.module_hash = canister.code->module_hash;
    view.certified_data = canister.certified_data;
    return view;
}

}  // namespace

Result<Metadata, StorageError> Subnet::metadata_of(const Principal& id) {
    const auto module = module_of(*find(id));
    if (!module) return std::unexpected(module.error().storage);
    const vm::Module& wasm = (*module)->wasm();
    Metadata metadata;
    for (const vm::CustomSection& section : wasm.custom_sections)
        for (const std::string_view prefix : section_prefixes) {
            if (!section.name.starts_with(prefix)) continue;
            const Bytes content = wasm.content(section.content);
            metadata.emplace(section.name.substr(prefix.size()),
                             ByteVector(content.begin(), content.end()));
        }
    return metadata;
}

StateView Subnet::state_view() {
    return {.time_ns = time_ns(),
            .canister = [this](const Principal& id) -> std::optional<CanisterView> {
                const Canister* canister = find(id);
                if (!canister) return std::nullopt;
                return view_of(*canister);
            },
            .metadata = [this](const Principal& id) { return metadata_of(id); },
            .request = [this](const RequestId& id) -> std::optional<RequestView> {
                const auto found = ingress_.find(id);
                if (found == ingress_.end()) return std::nullopt;
                return view_of(found->second);
            }};
}

StateTree& Subnet::state_tree() {
    if (tree_) return *tree_;
    tree_.emplace(subnet_view());
    for (const auto& [id, canister] : canisters_) tree_->note_canister(id);
    for (const auto& [id, status] : ingress_) tree_->note_request(id);
    return *tree_;
}

ByteVector Subnet::data_certificate(const Principal& id) {
    // What is stored of modules that are installed has been read before.
    return replica::data_certificate(state_tree(), state_view(), id, no_signature)
        .value_or(ByteVector{});
}

Result<ByteVector, Failure> Subnet::certificate_of(std::vector<LabelPath> paths) {
    auto made = certificate(state_tree(), state_view(), std::move(paths), no_signature);
    if (!made) return std::unexpected(failure_of(std::move(made.error())));
    return std::move(*made);
}

}  // namespace icvm::replica
