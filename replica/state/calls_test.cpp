#include "replica/state/calls.hpp"

#include <catch2/catch.hpp>

namespace icvm::replica {

namespace {

const Principal own = Principal::canister(1), other = Principal::canister(2);

/// One of everything: calls that were answered or not, made with and without a deadline, messages
/// of each kind, and somebody who waits for the canister to stop.
Calls example() {
    Calls calls;
    const ContextId first = calls.new_context({.origin = IngressOrigin{Principal(), MessageId{7}}});
    const ContextId second = calls.new_context(
        {.origin = CanisterOrigin{other, 3, 0}, .cycles_available = 5, .instructions = 6});
    calls.new_context({.origin = SystemOrigin{}, .responded = true, .deleted = true});
    Callback made;
    made.context = first;
    made.respondent = other;
    made.cycles = 8;
    const CallbackId answered = calls.new_callback(made);
    made.on_cleanup = Closure{1, 2};
    calls.new_callback(made);
    made.context = second;
    made.deadline_ns = 9;
    const CallbackId late = calls.new_callback(made);
    calls.new_callback(made);
    calls.expire(late);
    calls.push(Ingress{MessageId{8}, own, "method", {1, 2}, 10});
    calls.push(Request{other, own, 1, 2, "method", {3, 4}, 11, 0});
    calls.push(Request{own, own, 1, 2, "method", {}, 0, 12});
    calls.push(Response{.receiver = own,
                        .respondent = other,
                        .callback = answered,
                        .refund = 13,
                        .payload = ByteVector{1}});
    calls.push(Response{
        .receiver = own,
        .respondent = other,
        .callback = late,
        .payload = RejectPayload{RejectCode::sys_unknown, ErrorCode::deadline_expired, "late"}});
    calls.stops.push_back({CanisterOrigin{other, 4, 0}, 14, 15});
    return calls;
}

ByteVector encoded(const Calls& calls) {
    RecordWriter out;
    calls.encode(out);
    return out.take();
}

}  // namespace

TEST_CASE("the record of a canister's calls says everything about them") {
    const Calls calls = example();
    const ByteVector bytes = encoded(calls);
    RecordReader in(bytes);
    const Calls read = Calls::decode(in);
    REQUIRE(in.at_end());
    CHECK(encoded(read) == bytes);
    CHECK(read.message_memory() == calls.counted_memory());
    CHECK(read.counted_memory() == calls.counted_memory());
    CHECK(read.overdue(100) == calls.overdue(100));
    CHECK(read.overdue(100).size() == 1);
    CHECK(read.unanswered(other) == 4);
    CHECK(read.contexts().at(1).callbacks == 2);
    CHECK(read.contexts().at(3).deleted);
}

TEST_CASE("a damaged record of calls is refused or read, and what was read can be used up") {
    const ByteVector bytes = encoded(example());
    for (size_t size = 0; size < bytes.size(); size++) {
        RecordReader in(Bytes(bytes).first(size));
        (void)Calls::decode(in);
        CHECK(!in.at_end());
    }
    for (size_t i = 0; i < bytes.size(); i++)
        for (const int change : {1, 0x80, 0xFF}) {
            ByteVector damaged = bytes;
            damaged[i] ^= u8(change);
            RecordReader in(damaged);
            Calls calls = Calls::decode(in);
            if (!in.at_end()) continue;
            (void)calls.take_expired_requests(20);
            while (calls.has_input()) {
                const Calls::Input input = calls.pop();
                if (const auto* response = std::get_if<Response>(&input))
                    (void)calls.take_callback(response->callback);
            }
            (void)encoded(calls);
        }
}

TEST_CASE("cycles that no canister has attached make the record a damaged one") {
    for (const bool is_stop : {false, true}) {
        Calls calls;
        const CallOrigin user = IngressOrigin{Principal(), MessageId{7}};
        if (is_stop)
            calls.stops.push_back({user, 1, 15});
        else
            calls.new_context({.origin = user, .cycles_available = 1});
        const ByteVector bytes = encoded(calls);
        RecordReader in(bytes);
        (void)Calls::decode(in);
        CHECK(!in.ok());
    }
}

TEST_CASE("a callback of a call that is not there makes the record a damaged one") {
    Calls calls = example();
    calls.remove_context(1);
    const ByteVector bytes = encoded(calls);
    RecordReader in(bytes);
    (void)Calls::decode(in);
    CHECK(!in.ok());
}

}  // namespace icvm::replica
