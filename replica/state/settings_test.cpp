#include "replica/state/settings.hpp"

#include <catch2/catch.hpp>

#include "replica/state/settings_change.hpp"

namespace icvm::replica {

namespace {

using management::CanisterSettings;

Principal canister(u64 index) { return Principal::canister(index); }

candid::Integer number(std::string_view digits) { return *candid::integer_of_decimal(digits); }

/// "IC0504: …", or nothing.
template <class T>
std::string refusal(const Result<T, Reject>& result) {
    return result ? "" : to_string(result.error().error) + ": " + result.error().message;
}
std::string refusal_of(const CanisterSettings& change) { return refusal(changed({}, change)); }

Settings unusual_settings() {
    Settings settings;
    settings.controllers = {canister(1), canister(2)};
    settings.compute_allocation = 3;
    settings.memory_allocation = ~u64(0);
    settings.freezing_threshold = 5;
    settings.reserved_cycles_limit = ~u128(0);
    settings.minimum_incoming_canister_call_cycles = u128(1) << 100;
    settings.wasm_memory_limit = 6;
    settings.wasm_memory_threshold = 7;
    settings.log_visibility.kind = Visibility::Kind::everyone;
    settings.status_visibility = {Visibility::Kind::allowed_viewers, {canister(9)}};
    settings.log_memory_limit = 0;
    settings.environment_variables = {{"", "empty"}, {"name", ""}, {"name2", "value"}};
    return settings;
}

ByteVector encoded(const Settings& settings) {
    RecordWriter out;
    encode(out, settings);
    return out.take();
}

}  // namespace

TEST_CASE("settings are read as they were written") {
    for (const Settings& settings : {Settings(), unusual_settings()}) {
        const ByteVector bytes = encoded(settings);
        RecordReader in(bytes);
        CHECK(decode_settings(in) == settings);
        CHECK(in.at_end());
    }
}

TEST_CASE("settings that are cut off or of a visibility that is none are not ok") {
    const ByteVector bytes = encoded(unusual_settings());
    for (size_t size = 0; size < bytes.size(); size++) {
        RecordReader in(Bytes(bytes).first(size));
        decode_settings(in);
        CHECK(!in.ok());
    }
    ByteVector damaged = encoded({});
    damaged[8 + 3 * 8 + 2 * 16 + 2 * 8] = 3;
    RecordReader in(damaged);
    decode_settings(in);
    CHECK(!in.ok());
}

TEST_CASE("a new canister has the specification's defaults") {
    const management::DefiniteCanisterSettings told = definite(Settings());
    CHECK(told.controllers.empty());
    CHECK(told.compute_allocation == 0);
    CHECK(told.memory_allocation == 0);
    CHECK(told.freezing_threshold == 2'592'000);
    CHECK(told.reserved_cycles_limit == 5'000'000'000'000);
    CHECK(told.minimum_incoming_canister_call_cycles == 0);
    CHECK(told.wasm_memory_limit == 0);
    CHECK(told.wasm_memory_threshold == 0);
    CHECK(told.log_memory_limit == 4096);
    CHECK(told.log_visibility.value.index() == 0);
    CHECK(told.snapshot_visibility.value.index() == 0);
    CHECK(told.status_visibility.value.index() == 0);
    CHECK(told.environment_variables.empty());
}

TEST_CASE("what is seen is what was set") {
    const management::DefiniteCanisterSettings told = definite(unusual_settings());
    CHECK(told.reserved_cycles_limit == ~u128(0));
    CHECK(told.log_visibility.value.index() == 1);
    CHECK(std::get<2>(told.status_visibility.value).at(0) == canister(9));
    CHECK(told.environment_variables.at(2).name == "name2");
    CHECK(told.environment_variables.at(2).value == "value");
}

TEST_CASE("only the fields that are given change") {
    CanisterSettings change;
    CHECK(changed(unusual_settings(), change) == unusual_settings());
    change.compute_allocation = number("100");
    change.wasm_memory_limit = number("281474976710656");
    change.reserved_cycles_limit = number("340282366920938463463374607431768211455");
    change.log_visibility.emplace().value.emplace<2>().push_back(canister(4));
    change.environment_variables.emplace();
    Settings expected = unusual_settings();
    expected.compute_allocation = 100;
    expected.wasm_memory_limit = 1ull << 48;
    expected.log_visibility = {Visibility::Kind::allowed_viewers, {canister(4)}};
    expected.environment_variables.clear();
    CHECK(changed(unusual_settings(), change) == expected);
}

TEST_CASE("controllers are kept once each, shorter principals first; none are allowed") {
    CanisterSettings change;
    change.controllers = {canister(7), Principal::self_authenticating({}), canister(5),
                          Principal::anonymous(), canister(7)};
    CHECK(changed({}, change)->controllers == std::vector{Principal::anonymous(), canister(5),
                                                          canister(7),
                                                          Principal::self_authenticating({})});
    change.controllers.emplace();
    CHECK(changed(unusual_settings(), change)->controllers.empty());
}

TEST_CASE("a number out of its range is refused with mainnet's words") {
    const auto refusal_for = [](std::optional<candid::Integer> CanisterSettings::* field,
                                std::string_view digits) {
        CanisterSettings change;
        change.*field = number(digits);
        return refusal_of(change);
    };
    constexpr std::string_view two_to_64 = "18446744073709551616";
    constexpr std::string_view two_to_128 = "340282366920938463463374607431768211456";
    CHECK(refusal_for(&CanisterSettings::compute_allocation, "101") ==
          "IC0504: ComputeAllocation expected to be in the range [0..100], got 101");
    CHECK(refusal_for(&CanisterSettings::compute_allocation, two_to_128) ==
          "IC0504: ComputeAllocation expected to be in the range [0..100], got "
          "340_282_366_920_938_463_463_374_607_431_768_211_456");
    CHECK(refusal_for(&CanisterSettings::memory_allocation, two_to_64) ==
          "IC0504: MemoryAllocation expected to be in the range [0..2^64-1], got "
          "18_446_744_073_709_551_616");
    CHECK(refusal_for(&CanisterSettings::freezing_threshold, two_to_64) ==
          "IC0504: Freezing threshold expected to be in the range of [0..2^64-1], got "
          "18_446_744_073_709_551_616");
    CHECK(refusal_for(&CanisterSettings::reserved_cycles_limit, two_to_128) ==
          "IC0504: Reserved cycles limit expected to be in the range of [0..2^128-1], got "
          "340_282_366_920_938_463_463_374_607_431_768_211_456");
    CHECK(refusal_for(&CanisterSettings::minimum_incoming_canister_call_cycles, two_to_128)
              .starts_with("IC0504: Minimum incoming canister call cycles expected to be in"));
    CHECK(refusal_for(&CanisterSettings::log_memory_limit, two_to_64) ==
          "IC0504: Log memory limit expected to be in the range of [0..2^64-1], got "
          "18_446_744_073_709_551_616");
    CHECK(refusal_for(&CanisterSettings::wasm_memory_limit, "281474976710657") ==
          "IC0504: Wasm memory limit expected to be in the range of [0..2^64-1], got "
          "281_474_976_710_657");
    CHECK(refusal_for(&CanisterSettings::wasm_memory_threshold, "281474976710657") ==
          "IC0504: Wasm memory threshold expected to be in the range of [0..2^64-1], got "
          "281_474_976_710_657");
    CHECK(refusal_for(&CanisterSettings::memory_allocation, "18446744073709551615") == "");
    CHECK(refusal_for(&CanisterSettings::wasm_memory_threshold, "281474976710656") == "");
}

TEST_CASE("environment variables: twenty of 128 bytes each, none twice") {
    const auto refusal_for = [](std::vector<management::EnvironmentVariable> variables) {
        CanisterSettings change;
        change.environment_variables = std::move(variables);
        return refusal_of(change);
    };
    const std::string longest(128, 'x'), longer(129, 'x');
    std::vector<management::EnvironmentVariable> many;
    for (char name = 'a'; name < 'a' + 20; name++) many.push_back({{name}, longest});
    CHECK(refusal_for(many) == "");
    many.push_back({"z", ""});
    CHECK(refusal_for(many) == "IC0408: Too many environment variables: 21 (max: 20)");
    CHECK(refusal_for({{longest, ""}}) == "");
    CHECK(refusal_for({{longer, ""}}) == "IC0408: Environment variable name \"" + longer +
                                             "\" exceeds the maximum allowed length of 128.");
    CHECK(refusal_for({{"", longer}}) == "IC0408: Environment variable value \"" + longer +
                                             "\" exceeds the maximum allowed length of 128.");
    CHECK(refusal_for({{"a", "1"}, {"a", "1"}}) ==
          "IC0408: Duplicate environment variables are not allowed");
}

TEST_CASE("the reserved cycles and the log stay within their limits") {
    Settings settings;
    CHECK(refusal(check_limits(settings, 5'000'000'000'000)) == "");
    settings.reserved_cycles_limit = 1000;
    CHECK(refusal(check_limits(settings, 1000)) == "");
    CHECK(refusal(check_limits(settings, 2000)) ==
          "IC0540: Cannot set the reserved cycles limit 1_000 below the reserved cycles balance of "
          "the canister 2_000.\nSet the reserved cycles limit in the canister settings to a value "
          "that is at least the current reserved cycles balance. See documentation: "
          "reserved-cycles-limit-is-too-low");
    const auto log = [&](u64 bytes) {
        settings.log_memory_limit = bytes;
        return refusal(check_limits(settings, 0));
    };
    for (const u64 allowed : {0, 4096, 2'097'152}) CHECK(log(allowed) == "");
    CHECK(log(4095) ==
          "IC0406: The canister log memory limit 4095 is too low. It must be at least 4096.");
    CHECK(log(2'097'153) ==
          "IC0406: The canister log memory limit 2097153 is too high. It must be at most 2097152.");
}

TEST_CASE("controllers see everything, others what a visibility shows them") {
    Settings settings;
    settings.controllers = {canister(1)};
    const Visibility controllers, everyone{Visibility::Kind::everyone, {}},
        viewers{Visibility::Kind::allowed_viewers, {canister(2)}};
    for (const Visibility& visibility : {controllers, everyone, viewers})
        CHECK(settings.allows(visibility, canister(1)));
    CHECK(!settings.allows(controllers, canister(2)));
    CHECK(settings.allows(everyone, canister(3)));
    CHECK(settings.allows(viewers, canister(2)));
    CHECK(!settings.allows(viewers, canister(3)));
}

}  // namespace icvm::replica
