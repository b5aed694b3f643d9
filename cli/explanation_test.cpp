#include "cli/explanation.hpp"

#include <catch2/catch.hpp>

#include "replica/replica.hpp"

namespace icvm::cli {
namespace {

using replica::ErrorCode;

/// The compiler warns of a code that is missing: there is no default.
constexpr bool has_row(ErrorCode code) {
    switch (code) {
#define EXPLANATION(name, what, why, next) case ErrorCode::name:
#include "cli/explanations.def"
        return true;
    }
    return false;
}

}  // namespace

TEST_CASE("every error code that the replica has is explained") {
    for (u16 number = 0; number < 1000; number++) {
        const auto code = ErrorCode(number);
        if (has_row(code)) CHECK(find_explanation(to_string(code)) != nullptr);
    }
    CHECK(explanations().size() > 50);
}

TEST_CASE("a code is found in each of its spellings") {
    for (const char* word : {"IC0503", "ic503", "IC503", "503", "canister_called_trap"})
        CHECK(find_explanation(word)->code == "IC0503");
    for (const char* word : {"5", "CANISTER_ERROR", "canister_error"})
        CHECK(find_explanation(word)->code == "5");
    for (const char* word : {"", "0", "IC", "IC0999", "50 3", "-503", "7", "IC050300000000000"})
        CHECK(find_explanation(word) == nullptr);
}

TEST_CASE("the nearest code to one that is not there") {
    CHECK(nearest_code("IC0515") == "IC0514");
    CHECK(nearest_code("canister_traped") == "IC0502");
    CHECK(nearest_code("7") == "6");
    CHECK(nearest_code("something else").empty());
    CHECK(nearest_code("99999999999999999999").empty());
}

}  // namespace icvm::cli
