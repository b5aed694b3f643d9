#pragma once

/// What the state tree is made of, as functions and structs: certification looks into the state
/// through them, and keeps nothing of it but hashes.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/base/reject.hpp"
#include "replica/crypto/sha.hpp"
#include "replica/state/storage.hpp"

namespace icvm::replica {

using RequestId = Sha256;

/// Interface spec, "Canister information" and "Certified data".
struct CanisterView {
    std::vector<Principal> controllers;
    std::optional<Sha256> module_hash{};  ///< nothing: the canister is empty
    Bytes certified_data{};               ///< of one that is not
    std::optional<u64> created_ns{};
    std::optional<u64> installed_ns{};  ///< code, or a snapshot, most recently
};

/// The contents of the icp: sections by their names, without "icp:public " or "icp:private ". They
/// follow from the module alone.
using Metadata = std::map<std::string, ByteVector>;

/// Interface spec, "Request status".
struct RequestView {
    struct Rejected {
        RejectCode code;
        ErrorCode error;
        std::string_view message;
    };
    std::string_view status;              ///< "received", "processing", "replied" …
    std::optional<Bytes> reply{};         ///< when replied
    std::optional<Rejected> rejection{};  ///< when rejected
};

/// The state as it was committed last. What the functions return stays valid until the next call.
struct StateView {
    u64 time_ns = 0;
    /// Nothing: there is no such canister.
    std::function<std::optional<CanisterView>(const Principal&)> canister;
    /// Of a canister that is not empty; asked for once for each module, and when it is to be shown.
    std::function<Result<Metadata, StorageError>(const Principal&)> metadata;
    /// Nothing: the request is not known, or forgotten.
    std::function<std::optional<RequestView>(const RequestId&)> request;
};

/// Interface spec, "Subnet information" and "Canister ranges": what does not change.
struct SubnetView {
    struct Node {
        Principal id;
        ByteVector public_key;  ///< DER, Ed25519
    };
    struct Range {
        Principal first, last;
    };
    Principal id;
    Bytes public_key;  ///< DER, BLS12-381
    std::string_view type = "application";
    std::vector<Node> nodes{};
    std::vector<Range> ranges{};
};

}  // namespace icvm::replica
