#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "vm/base/bytes.hpp"

namespace icvm::replica {

/// The first canister of a local subnet, bkyz2-fmaaa-aaaaa-qaaaq-cai; the others follow upwards.
constexpr u64 first_canister_index = 0x8000'0000'0010'0001;

/// A principal: 0 to 29 bytes (Interface spec, "Principals"). A canister id is one, too.
class Principal {
public:
    static constexpr size_t bytes_max = 29;

    Principal() = default;  ///< the management canister, aaaaa-aa

    /// Nothing when there are more than 29 bytes.
    static std::optional<Principal> from_bytes(Bytes bytes);
    /// The textual form, as "bkyz2-fmaaa-aaaaa-qaaaq-cai": checksum, case and dashes must be right.
    static std::optional<Principal> from_text(std::string_view text);
    /// The canister id of the `index`-th canister: 8 bytes big-endian, 01 01.
    static Principal canister(u64 index);
    static Principal anonymous();
    /// SHA-224 of a DER public key, 02 (defined in replica/crypto, where the hash is).
    static Principal self_authenticating(Bytes der_public_key);

    Bytes bytes() const { return {bytes_.data(), size_}; }
    std::string text() const;

    friend bool operator==(const Principal&, const Principal&) = default;
    friend std::strong_ordering operator<=>(const Principal&, const Principal&) = default;

private:
    std::array<u8, bytes_max> bytes_{};
    u8 size_ = 0;
};

}  // namespace icvm::replica
