#include "replica/management/interface/interface.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica::management {

namespace {

ByteVector argument(const std::string& method, std::string_view text) {
    const auto bytes = candid::encode_arguments(text, interface().get(), &method);
    if (!bytes) FAIL(bytes.error().message);
    return *bytes;
}

}  // namespace

TEST_CASE("every method of the management canister is described with its types") {
    CHECK(candid::methods(*interface()).size() == 44);
    const auto status = candid::find_method(*interface(), "stop_canister");
    REQUIRE(status.has_value());
    CHECK(status->signature == "(record { canister_id : principal }) -> ()");
    CHECK(candid::find_method(*interface(), "fetch_canister_logs")->kind ==
          candid::MethodKind::query);
    CHECK(find_method("raw_rand")->access == Access::canisters);
    CHECK(find_method("no_method") == nullptr);
}

TEST_CASE("settings are read with what is given") {
    const auto read = decode_arguments<UpdateSettingsArguments>(argument(
        "update_settings",
        "(record { canister_id = principal \"bkyz2-fmaaa-aaaaa-qaaaq-cai\"; settings = record { "
        "controllers = opt vec { principal \"2vxsx-fae\" }; freezing_threshold = opt 10; "
        "log_visibility = opt variant { allowed_viewers = vec { principal \"aaaaa-aa\" } } } })"));
    REQUIRE(read.has_value());
    CHECK(read->settings.controllers->at(0) == Principal::anonymous());
    CHECK(read->settings.freezing_threshold->as_u64() == 10);
    CHECK(read->settings.log_visibility->value.index() == 2);
    CHECK(!read->settings.compute_allocation);
    CHECK(!read->sender_canister_version);
}

TEST_CASE("more than ten controllers are refused when they are decoded") {
    std::string text = "(record { settings = opt record { controllers = opt vec {";
    for (int i = 0; i < 11; i++) text += "principal \"2vxsx-fae\";";
    const auto read =
        decode_arguments<CreateCanisterArguments>(argument("create_canister", text + "} } })"));
    REQUIRE(!read.has_value());
    CHECK(read.error().error == ErrorCode::invalid_management_payload);
    CHECK(read.error().message ==
          "Error decoding candid: Fail to decode argument 0: Deserialize error: The number of "
          "elements exceeds maximum allowed 10");
}

TEST_CASE("the effective canister is the one that the argument names") {
    const Principal id = Principal::canister(first_canister_index);
    const ByteVector chunked = argument(
        "install_chunked_code",
        "(record { mode = variant { upgrade = opt record { skip_pre_upgrade = opt true } }; "
        "target_canister = principal \"bkyz2-fmaaa-aaaaa-qaaaq-cai\"; chunk_hashes_list = vec {}; "
        "wasm_module_hash = blob \"\"; arg = blob \"\" })");
    CHECK(effective_canister(Method::install_chunked_code, chunked)->value() == id);
    CHECK(
        effective_canister(Method::start_canister, encode_result(CanisterIdRecord{id}))->value() ==
        id);
    CHECK(effective_canister(Method::raw_rand, encode_result(Nothing())).value().has_value() ==
          false);
    CHECK(!effective_canister(Method::start_canister, encode_result(Nothing())).has_value());
}

TEST_CASE("the transform function of a request is a reference to a query") {
    const auto read = decode_arguments<HttpRequestArguments>(argument(
        "http_request",
        "(record { url = \"https://x\"; method = variant { get }; headers = vec { record { name = "
        "\"a\"; value = \"b\" } }; transform = opt record { function = func "
        "\"bkyz2-fmaaa-aaaaa-qaaaq-cai\".clean; context = blob \"c\" } })"));
    REQUIRE(read.has_value());
    CHECK(read->transform->function.method == "clean");
    CHECK(read->transform->function.canister == Principal::canister(first_canister_index));
}

TEST_CASE("results are written so that other tools read them") {
    CanisterStatusResult status;
    status.status = RunState::stopped;
    status.cycles = u128(1) << 100;
    const auto text = [](const ByteVector& bytes, const std::string& method) {
        return *candid::decode_reply(bytes, interface().get(), &method, 10'000);
    };
    const std::string printed = text(encode_result(status), "canister_status");
    CHECK(printed.contains("status = variant { stopped }"));
    CHECK(printed.contains("cycles = 1_267_650_600_228_229_401_496_703_205_376 : nat"));
    CHECK(text(encode_result(std::vector<ChunkHash>{{{1, 2}}}), "stored_chunks") ==
          "(vec { record { hash = blob \"\\01\\02\" } })");
    CHECK(text(encode_result(Nothing()), "stop_canister") == "()");
}

}  // namespace icvm::replica::management
