#include "replica/certification/state_tree.hpp"

#include <algorithm>

#include "vm/base/leb128.hpp"

namespace icvm::replica {

namespace {

/// More are forgotten at once, to be computed again when needed.
constexpr size_t metadata_hashes_max = 100'000;

ByteVector label(std::string_view text) { return {text.begin(), text.end()}; }

LabelledTree text(std::string_view text) { return LabelledTree(bytes_of(text)); }

LabelledTree natural(u64 number) {
    ByteVector bytes;
    write_unsigned_leb128(bytes, number);
    return LabelledTree(bytes);
}

/// As CBOR: a list of closed intervals.
LabelledTree ranges(std::span<const SubnetView::Range> ranges) {
    cbor::Writer writer;
    writer.put_self_described();
    writer.put_array(ranges.size());
    for (const auto& [first, last] : ranges) {
        writer.put_array(2);
        writer.put_bytes(first.bytes());
        writer.put_bytes(last.bytes());
    }
    return LabelledTree(writer.take());
}

/// Below /subnet.
LabelledTree subnet_tree(const SubnetView& subnet) {
    LabelledTree tree;
    LabelledTree& own = tree[subnet.id.bytes()];
    own["public_key"] = LabelledTree(subnet.public_key);
    own["type"] = text(subnet.type);
    own["canister_ranges"] = ranges(subnet.ranges);
    LabelledTree& nodes = own["node"];
    for (const SubnetView::Node& node : subnet.nodes)
        nodes[node.id.bytes()]["public_key"] = LabelledTree(node.public_key);
    return tree;
}

/// Below /canister_ranges: all of the subnet's in one shard.
LabelledTree range_shards(const SubnetView& subnet) {
    LabelledTree tree;
    LabelledTree& shards = tree[subnet.id.bytes()];
    if (!subnet.ranges.empty()) shards[subnet.ranges.front().first.bytes()] = ranges(subnet.ranges);
    return tree;
}

LabelledTree controllers(std::span<const Principal> controllers) {
    cbor::Writer writer;
    writer.put_self_described();
    writer.put_array(controllers.size());
    for (const Principal& controller : controllers) writer.put_bytes(controller.bytes());
    return LabelledTree(writer.take());
}

LabelledTree metadata_tree(const Metadata& metadata) {
    LabelledTree tree;
    for (const auto& [name, content] : metadata) tree[name] = LabelledTree(content);
    return tree;
}

LabelledTree request_tree(const RequestView& request) {
    LabelledTree tree;
    tree["status"] = text(request.status);
    if (request.reply) tree["reply"] = LabelledTree(*request.reply);
    if (const auto& rejection = request.rejection) {
        tree["reject_code"] = natural(u64(rejection->code));
        tree["reject_message"] = text(rejection->message);
        tree["error_code"] = text(to_string(rejection->error));
    }
    return tree;
}

std::optional<RequestId> request_id_of(Bytes label) {
    RequestId id;
    if (label.size() != id.size()) return std::nullopt;
    std::ranges::copy(label, id.begin());
    return id;
}

bool asks_for_metadata(const LabelPath& path) {
    return path.empty() || path.front() == label("metadata");
}

}  // namespace

StateTree::StateTree(const SubnetView& subnet)
    : subnet_(subnet_tree(subnet)),
      ranges_(range_shards(subnet)),
      subnet_hash_(icvm::replica::root_hash(subnet_)),
      ranges_hash_(icvm::replica::root_hash(ranges_)) {}

Result<Sha256, StorageError> StateTree::root_hash(const StateView& state) {
    TRY(update(state));
    return root_level(state).root_hash();
}

Result<HashTree, StorageError> StateTree::witness(const StateView& state,
                                                  std::span<const LabelPath> paths) {
    TRY(update(state));
    LabelTrie::Shown shown;
    for (const auto& [name, below] : split(paths).by_label) {
        std::optional<HashTree>& subtree = shown[name];
        if (name == label("canister"))
            subtree = TRY(canisters_witness(state, below));
        else if (name == label("canister_ranges"))
            subtree = icvm::replica::witness(ranges_, below);
        else if (name == label("request_status"))
            subtree = requests_witness(state, below);
        else if (name == label("subnet"))
            subtree = icvm::replica::witness(subnet_, below);
        else if (name == label("time"))
            subtree = icvm::replica::witness(natural(state.time_ns), below);
    }
    return root_level(state).witness(std::move(shown));
}

LabelTrie StateTree::root_level(const StateView& state) {
    LabelTrie level;
    level.put(bytes_of("canister"), canisters_.root_hash());
    level.put(bytes_of("canister_ranges"), ranges_hash_);
    level.put(bytes_of("request_status"), requests_.root_hash());
    level.put(bytes_of("subnet"), subnet_hash_);
    level.put(bytes_of("time"), icvm::replica::root_hash(natural(state.time_ns)));
    return level;
}

Result<void, StorageError> StateTree::update(const StateView& state) {
    while (!changed_canisters_.empty()) {
        const Principal id = *changed_canisters_.begin();
        if (const auto canister = state.canister(id)) {
            const LabelledTree tree = TRY(canister_tree(state, id, *canister, false));
            canisters_.put(id.bytes(), icvm::replica::root_hash(tree));
        } else {
            canisters_.erase(id.bytes());
        }
        changed_canisters_.erase(id);
    }
    for (const RequestId& id : changed_requests_) {
        if (const auto request = state.request(id))
            requests_.put(id, icvm::replica::root_hash(request_tree(*request)));
        else
            requests_.erase(id);
    }
    changed_requests_.clear();
    return {};
}

Result<LabelledTree, StorageError> StateTree::canister_tree(const StateView& state,
                                                            const Principal& id,
                                                            const CanisterView& canister,
                                                            bool with_metadata) {
    LabelledTree tree;
    tree["controllers"] = controllers(canister.controllers);
    if (canister.created_ns) tree["canister_creation_timestamp"] = natural(*canister.created_ns);
    if (!canister.module_hash) return tree;
    tree["module_hash"] = LabelledTree(Bytes(*canister.module_hash));
    tree["certified_data"] = LabelledTree(canister.certified_data);
    if (canister.installed_ns) tree["last_install_timestamp"] = natural(*canister.installed_ns);
    // Last: what the view has returned is not valid any longer.
    const Sha256 module_hash = *canister.module_hash;
    if (with_metadata) {
        const auto metadata = state.metadata(id);
        if (!metadata) return std::unexpected(metadata.error());
        tree["metadata"] = metadata_tree(*metadata);
    } else {
        const Sha256 hash = TRY(metadata_hash(state, id, module_hash));
        tree["metadata"] = LabelledTree::pruned(hash);
    }
    return tree;
}

Result<Sha256, StorageError> StateTree::metadata_hash(const StateView& state, const Principal& id,
                                                      const Sha256& module_hash) {
    const auto known = metadata_hashes_.find(module_hash);
    if (known != metadata_hashes_.end()) return known->second;
    const auto metadata = state.metadata(id);
    if (!metadata) return std::unexpected(metadata.error());
    const Sha256 hash = icvm::replica::root_hash(metadata_tree(*metadata));
    if (metadata_hashes_.size() == metadata_hashes_max) metadata_hashes_.clear();
    metadata_hashes_.emplace(module_hash, hash);
    return hash;
}

Result<HashTree, StorageError> StateTree::canisters_witness(const StateView& state,
                                                            std::span<const LabelPath> paths) {
    LabelTrie::Shown shown;
    for (const auto& [name, below] : split(paths).by_label) {
        std::optional<HashTree>& subtree = shown[name];
        const auto id = Principal::from_bytes(name);
        const auto canister = id ? state.canister(*id) : std::nullopt;
        if (!canister) continue;
        const bool with_metadata = std::ranges::any_of(below, asks_for_metadata);
        const auto tree = TRY(canister_tree(state, *id, *canister, with_metadata));
        subtree = icvm::replica::witness(tree, below);
    }
    return canisters_.witness(std::move(shown));
}

HashTree StateTree::requests_witness(const StateView& state, std::span<const LabelPath> paths) {
    LabelTrie::Shown shown;
    for (const auto& [name, below] : split(paths).by_label) {
        std::optional<HashTree>& subtree = shown[name];
        const auto id = request_id_of(name);
        if (const auto request = id ? state.request(*id) : std::nullopt)
            subtree = icvm::replica::witness(request_tree(*request), below);
    }
    return requests_.witness(std::move(shown));
}

}  // namespace icvm::replica
