#include "replica/crypto/secp256r1_key.hpp"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <memory>

#include "replica/crypto/key_derivation.hpp"
#include "vm/base/check.hpp"

namespace icvm::replica::secp256r1 {

namespace {

constexpr int scalar_bytes = 32;

struct Free {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(BN_CTX* context) const { BN_CTX_free(context); }
    void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};
using Number = std::unique_ptr<BIGNUM, Free>;
using Context = std::unique_ptr<BN_CTX, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;

const EC_GROUP* group() {
    static const EC_GROUP* const made = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    return made;
}
const BIGNUM* order() { return EC_GROUP_get0_order(group()); }

Number number(Bytes bytes) { return Number(BN_bin2bn(bytes.data(), int(bytes.size()), nullptr)); }
Secret bytes_of_number(const BIGNUM* number) {
    Secret bytes;
    CHECK(BN_bn2binpad(number, bytes.data(), scalar_bytes) == scalar_bytes);
    return bytes;
}
bool is_scalar(const BIGNUM* number) { return !BN_is_zero(number) && BN_cmp(number, order()) < 0; }

Point multiple_of_generator(const BIGNUM* factor, BN_CTX* context) {
    Point point(EC_POINT_new(group()));
    CHECK(EC_POINT_mul(group(), point.get(), factor, nullptr, nullptr, context));
    return point;
}

ByteVector public_key(const Secret& secret) {
    const Context context(BN_CTX_new());
    const Point point = multiple_of_generator(number(secret).get(), context.get());
    ByteVector bytes(33);
    CHECK(EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_COMPRESSED, bytes.data(),
                             bytes.size(), context.get()) == bytes.size());
    return bytes;
}

std::optional<Secret> add(const Secret& secret, Bytes offset) {
    const Context context(BN_CTX_new());
    const Number summand = number(offset), sum(BN_new());
    CHECK(BN_mod_add(sum.get(), number(secret).get(), summand.get(), order(), context.get()));
    if (BN_cmp(summand.get(), order()) >= 0 || BN_is_zero(sum.get())) return std::nullopt;
    return bytes_of_number(sum.get());
}

constexpr CurveOfKeys curve{.public_key = public_key, .add = add};

/// The nonces of RFC 6979, 3.2, for SHA-256, one after the other.
class Nonces {
public:
    Nonces(const Secret& secret, Bytes reduced_hash) {
        value_.fill(1);
        constexpr u8 zero[] = {0}, one[] = {1};
        key_ = hmac_sha256(key_, {value_, zero, secret, reduced_hash});
        value_ = hmac_sha256(key_, {value_});
        key_ = hmac_sha256(key_, {value_, one, secret, reduced_hash});
        value_ = hmac_sha256(key_, {value_});
    }
    Number next() {
        while (true) {
            value_ = hmac_sha256(key_, {value_});
            Number nonce = number(value_);
            constexpr u8 zero[] = {0};
            key_ = hmac_sha256(key_, {value_, zero});
            value_ = hmac_sha256(key_, {value_});
            if (is_scalar(nonce.get())) return nonce;
        }
    }

private:
    Sha256 key_{}, value_{};
};

/// r ‖ s with this nonce; false when one of them is 0.
bool sign_with(const BIGNUM* secret, const BIGNUM* hash, const BIGNUM* nonce,
               Signature& signature) {
    const Context context(BN_CTX_new());
    const Point point = multiple_of_generator(nonce, context.get());
    const Number r(BN_new()), s(BN_new()), negated(BN_new());
    CHECK(EC_POINT_get_affine_coordinates(group(), point.get(), r.get(), nullptr, context.get()));
    CHECK(BN_nnmod(r.get(), r.get(), order(), context.get()));
    CHECK(BN_mod_mul(s.get(), r.get(), secret, order(), context.get()));
    CHECK(BN_mod_add(s.get(), s.get(), hash, order(), context.get()));
    const Number inverse(BN_mod_inverse(nullptr, nonce, order(), context.get()));
    CHECK(BN_mod_mul(s.get(), s.get(), inverse.get(), order(), context.get()));
    if (BN_is_zero(r.get()) || BN_is_zero(s.get())) return false;
    CHECK(BN_sub(negated.get(), order(), s.get()));
    const bool is_high = BN_cmp(s.get(), negated.get()) > 0;
    std::ranges::copy(bytes_of_number(r.get()), signature.begin());
    std::ranges::copy(bytes_of_number((is_high ? negated : s).get()),
                      signature.begin() + scalar_bytes);
    return true;
}

}  // namespace

DerivedKey master_key(const Secret& secret) {
    return {.secret = secret, .public_key = public_key(secret)};
}

DerivedKey derive(const DerivedKey& parent, DerivationPath path) {
    return derive_along(curve, parent, path);
}

Signature sign_ecdsa(const DerivedKey& key, Bytes hash) {
    CHECK(hash.size() == 32);
    const Context context(BN_CTX_new());
    const Number secret = number(key.secret), reduced = number(hash);
    CHECK(BN_nnmod(reduced.get(), reduced.get(), order(), context.get()));
    Nonces nonces(key.secret, bytes_of_number(reduced.get()));
    Signature signature;
    while (!sign_with(secret.get(), reduced.get(), nonces.next().get(), signature)) {
    }
    return signature;
}

}  // namespace icvm::replica::secp256r1
