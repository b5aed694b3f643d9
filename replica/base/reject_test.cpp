#include "replica/base/reject.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica {

TEST_CASE("an error code is printed as IC and four digits") {
    CHECK(to_string(ErrorCode::canister_trapped) == "IC0502");
}

TEST_CASE("the first digit of an error code is its reject code") {
    CHECK(reject(ErrorCode::canister_trapped, "").code == RejectCode::canister_error);
    CHECK(reject(ErrorCode::canister_not_found, "").code == RejectCode::destination_invalid);
    CHECK(reject(ErrorCode::canister_out_of_cycles, "").code == RejectCode::sys_transient);
}

}  // namespace icvm::replica
