#include "replica/crypto/request_id.hpp"

#include <algorithm>

#include "vm/base/leb128.hpp"

namespace icvm::replica {

namespace {

Sha256 hash_of_number(u64 number) {
    ByteVector bytes;
    write_unsigned_leb128(bytes, number);
    return sha256(bytes);
}

Sha256 hash_of_array(const cbor::Array& array) {
    ByteVector hashes;
    for (const cbor::Value& element : array) {
        const Sha256 hash = representation_hash(element);
        hashes.insert(hashes.end(), hash.begin(), hash.end());
    }
    return sha256(hashes);
}

Sha256 hash_of_map(const cbor::Map& map) {
    std::vector<std::array<Sha256, 2>> hashes;
    for (const cbor::Field& field : map)
        hashes.push_back({sha256(bytes_of(field.name)), representation_hash(field.value)});
    std::ranges::sort(hashes);
    ByteVector bytes;
    for (const auto& [name, value] : hashes) {
        bytes.insert(bytes.end(), name.begin(), name.end());
        bytes.insert(bytes.end(), value.begin(), value.end());
    }
    return sha256(bytes);
}

}  // namespace

Sha256 representation_hash(const cbor::Value& value) {
    if (const auto* number = value.as<u64>()) return hash_of_number(*number);
    if (const auto* bytes = value.as<Bytes>()) return sha256(*bytes);
    if (const auto* text = value.as<std::string_view>()) return sha256(bytes_of(*text));
    if (const auto* array = value.as<cbor::Array>()) return hash_of_array(*array);
    return hash_of_map(*value.as<cbor::Map>());
}

Sha256 request_id(const CallContent& call) {
    cbor::Map content = {
        {"request_type", {std::string_view("call")}},
        {"sender", {call.sender.bytes()}},
        {"canister_id", {call.canister.bytes()}},
        {"method_name", {call.method}},
        {"arg", {call.argument}},
        {"ingress_expiry", {call.expiry_ns}},
    };
    if (call.nonce) content.push_back({"nonce", {*call.nonce}});
    return hash_of_map(content);
}

}  // namespace icvm::replica
