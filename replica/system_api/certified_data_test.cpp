#include <catch2/catch.hpp>

#include "replica/system_api/direct_call.hpp"

namespace icvm::replica {

namespace {

using test::DirectCall;

const std::string violated = "IC0504: Canister violated contract: ";

}  // namespace

TEST_CASE("a query that has a certificate can copy it; others are told of their mode") {
    DirectCall call;
    for (const Context context : {Context::non_replicated_query, Context::composite_query}) {
        call.execution.context = context;
        call.execution.data_certificate = {};
        CHECK(call("data_certificate_present") == "");
        CHECK(call.result == 0);
        for (const std::string name : {"data_certificate_size", "data_certificate_copy"})
            CHECK(call(name).starts_with(violated + "\"ic0_" + name + "\" cannot be executed in " +
                                         std::string(mode_name(context)) + " mode\nCheck"));
        call.execution.data_certificate = [] { return bytes_of("certificate"); };
        CHECK(call("data_certificate_present") == "");
        CHECK(call.result == 1);
        CHECK(call("data_certificate_size") == "");
        CHECK(call.result == 11);
        CHECK(call("data_certificate_copy", {5, 0, 11}) == "");
        CHECK(call.text(5, 11) == "certificate");
    }
}

TEST_CASE("the copy of a certificate checks its end first, with words of its own") {
    DirectCall call;
    call.execution.context = Context::non_replicated_query;
    call.execution.data_certificate = [] { return bytes_of("certificate"); };
    CHECK(call("data_certificate_copy", {65536, 10, 2})
              .starts_with(violated +
                           "ic0_data_certificate_copy failed because offset + size is out of "
                           "bounds. Found offset = 10 and size = 2 while offset + size must be <= "
                           "11\nIf"));
    CHECK(call("data_certificate_copy", {65536, 10, 1})
              .starts_with(violated +
                           "ic0_data_certificate_copy failed because dst + size is out of bounds. "
                           "Found dst = 65536 and size = 1 while dst + size must be <= 65536\nIf"));
}

TEST_CASE("certified data of 32 bytes is an effect, of 33 a trap") {
    DirectCall call;
    call.put(0, std::string(33, 'x'));
    CHECK(call("certified_data_set", {0, 32}) == "");
    CHECK(call.execution.certified_data->size() == 32);
    CHECK(call("certified_data_set", {0, 0}) == "");
    CHECK(call.execution.certified_data->empty());
    CHECK(call("certified_data_set", {0, 33}).starts_with(violated));
}

}  // namespace icvm::replica
