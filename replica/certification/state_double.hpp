#pragma once

/// A state for tests: canisters and requests in maps, and how often somebody has looked at them.

#include "replica/certification/state_tree.hpp"

namespace icvm::replica::test {

struct StateDouble {
    struct Canister {
        std::vector<Principal> controllers;
        std::optional<Sha256> module_hash;
        ByteVector certified_data;
    };
    struct Request {
        std::string status;
        std::optional<ByteVector> reply;
        std::optional<RejectCode> reject_code;
    };

    u64 time_ns = 1'620'604'800'000'000'000;
    std::map<Principal, Canister> canisters;
    std::map<RequestId, Request> requests;
    std::map<Sha256, Metadata> metadata;  ///< by module hash
    bool reads_fail = false;
    u64 canisters_seen = 0, metadata_seen = 0, requests_seen = 0;

    std::optional<CanisterView> canister(const Principal& id) {
        canisters_seen++;
        const auto found = canisters.find(id);
        if (found == canisters.end()) return std::nullopt;
        const Canister& canister = found->second;
        return CanisterView{.controllers = canister.controllers,
                            .module_hash = canister.module_hash,
                            .certified_data = canister.certified_data,
                            .created_ns = 1};
    }

    std::optional<RequestView> request(const RequestId& id) {
        requests_seen++;
        const auto found = requests.find(id);
        if (found == requests.end()) return std::nullopt;
        RequestView view{.status = found->second.status};
        if (found->second.reply) view.reply = *found->second.reply;
        if (found->second.reject_code)
            view.rejection = {*found->second.reject_code, ErrorCode::canister_called_trap, "no"};
        return view;
    }

    StateView view() {
        return {
            .time_ns = time_ns,
            .canister = [this](const Principal& id) { return canister(id); },
            .metadata = [this](const Principal& id) -> Result<Metadata, StorageError> {
                metadata_seen++;
                if (reads_fail) return std::unexpected(StorageError{"cannot read"});
                return metadata[*canisters.at(id).module_hash];
            },
            .request = [this](const RequestId& id) { return request(id); },
        };
    }
};

inline LabelPath path_of(std::initializer_list<Bytes> labels) {
    LabelPath path;
    for (const Bytes label : labels) path.emplace_back(label.begin(), label.end());
    return path;
}

}  // namespace icvm::replica::test
