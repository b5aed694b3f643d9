#pragma once

/// A subnet for tests of the management canister's methods, called in Candid's text.

#include <catch2/catch.hpp>
#include <memory>

#include "replica/execution/module_builder.hpp"
#include "replica/management/management_canister.hpp"
#include "replica/state/storage_double.hpp"

namespace icvm::replica::test {

struct TestSubnet {
    std::unique_ptr<Subnet> subnet;
    Principal user = Principal::self_authenticating(bytes_of("user"));
    Principal stranger = Principal::self_authenticating(bytes_of("stranger"));
    u128 refund = 0;  ///< of the last call by a canister

    explicit TestSubnet(std::string cycles = "free") {
        Options options{.guard = false, .progress = {}};
        options.cycles = std::move(cycles);
        auto opened = Subnet::open(std::make_unique<StorageDouble>(), options);
        REQUIRE(opened);
        subnet = std::move(*opened);
        subnet->begin_round();
    }

    /// The result as text, or "IC0nnn: message"; "later" when it is not there yet.
    std::string call(const std::string& method, std::string_view text) {
        return call_as(user, method, text);
    }
    std::string call_as(const Principal& caller, const std::string& method, std::string_view text) {
        const MessageId id = subnet->new_message_id();
        subnet->change_ingress(id).sender = caller;
        execute(IngressOrigin{caller, id}, caller, method, text, 0);
        const IngressStatus& status = subnet->ingress_history().at(id);
        if (status.state < IngressState::replied) return "later";
        return text_of_payload(status.payload, method);
    }
    /// By a canister that is there; `refund` is what comes back.
    std::string call_by(const Principal& canister, const std::string& method, std::string_view text,
                        u128 cycles = 0) {
        execute(CanisterOrigin{canister, 0, 0}, canister, method, text, cycles);
        Canister& caller = subnet->change(canister);
        if (!caller.calls.has_input()) return "later";
        const auto response = std::get<Response>(caller.calls.pop());
        refund = response.refund;
        return text_of_payload(response.payload, method);
    }

    /// As a query.
    std::string query_by(const Principal& caller, const std::string& method,
                         std::string_view text) {
        const auto argument =
            candid::encode_arguments(text, management::interface().get(), &method);
        if (!argument) FAIL(argument.error().message);
        return text_of_payload(query_management(*subnet, caller, method, *argument), method);
    }

    /// A canister of the user's, empty; its id.
    Principal create(std::string_view arguments = "(record {})") {
        call("provisional_create_canister_with_cycles", arguments);
        return Principal::canister(subnet->record().next_canister - 1);
    }
    std::string install(const Principal& id, const ByteVector& module,
                        const std::string& mode = "install") {
        return call("install_code",
                    "(record { mode = variant { " + mode + " }; canister_id = " + text_of_id(id) +
                        "; wasm_module = " + text_of_blob(module) + "; arg = blob \"\" })");
    }
    const Canister& canister(const Principal& id) const { return *subnet->find(id); }

    /// `principal "…"`
    static std::string text_of_id(const Principal& id) { return "principal \"" + id.text() + "\""; }
    /// `(record { canister_id = principal "…"; … })`
    static std::string about(const Principal& id, const std::string& more = "") {
        return "(record { canister_id = " + text_of_id(id) + "; " + more + " })";
    }
    static std::string text_of_blob(Bytes bytes) {
        static constexpr char digits[] = "0123456789abcdef";
        std::string text = "blob \"";
        for (const u8 byte : bytes) (text += '\\') += {digits[byte >> 4], digits[byte & 15]};
        return text + "\"";
    }

private:
    void execute(CallOrigin origin, const Principal& caller, const std::string& method,
                 std::string_view text, u128 cycles) {
        const auto argument =
            candid::encode_arguments(text, management::interface().get(), &method);
        if (!argument) FAIL(argument.error().message);
        const auto done = execute_management(*subnet, {.origin = std::move(origin),
                                                       .caller = caller,
                                                       .caller_version = {},
                                                       .method = method,
                                                       .argument = *argument,
                                                       .cycles = cycles});
        REQUIRE(done);
    }
    static std::string text_of_payload(const Payload& payload, const std::string& method) {
        if (const auto* rejected = std::get_if<RejectPayload>(&payload))
            return to_string(rejected->error) + ": " + rejected->message;
        return *candid::decode_reply(std::get<ByteVector>(payload), management::interface().get(),
                                     &method, 100'000);
    }
};

}  // namespace icvm::replica::test
