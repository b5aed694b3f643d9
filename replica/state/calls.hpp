#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "replica/base/principal.hpp"
#include "replica/base/reject.hpp"
#include "replica/crypto/sha.hpp"
#include "replica/state/record.hpp"

namespace icvm::replica {

/// Identifies an ingress message: the request id of its content, or a number of this subnet's own.
using MessageId = Sha256;

/// Numbers of a canister's own; never used twice.
using ContextId = u64;
using CallbackId = u64;

/// A function of table 0 and the argument that it gets.
struct Closure {
    u32 function = 0;
    u64 environment = 0;
};

/// What a call is answered with: a reply's bytes, or a reject.
struct RejectPayload {
    RejectCode code{};
    ErrorCode error{};  ///< for an ingress message
    std::string message;
    std::vector<BacktraceFrame> backtrace{};  ///< not kept in records
};
using Payload = std::variant<ByteVector, RejectPayload>;

/// A call by a canister, on its way (Interface spec, "Inter-canister calls").
struct Request {
    Principal sender;
    Principal receiver;
    CallbackId callback = 0;  ///< of the sender
    u64 sender_version = 0;   ///< canister_version of the sender
    std::string method;
    ByteVector argument;
    u128 cycles = 0;      ///< attached
    u64 deadline_ns = 0;  ///< 0: a guaranteed response
};

/// The answer to a Request.
struct Response {
    Principal receiver;    ///< who has called
    Principal respondent;  ///< whom it had called
    CallbackId callback = 0;
    u128 refund = 0;
    Payload payload;
};

/// An update call by a user.
struct Ingress {
    MessageId id{};
    Principal sender;
    std::string method;
    ByteVector argument;
    u64 expiry_ns = 0;  ///< time after which it does not begin any more; 0: never
};

/// Who has called, and where the answer goes.
struct IngressOrigin {
    Principal sender;
    MessageId id{};
};
struct CanisterOrigin {
    Principal sender;
    CallbackId callback = 0;
    u64 deadline_ns = 0;
};
struct SystemOrigin {};  ///< a heartbeat, a timer, the low-memory hook: nobody
using CallOrigin = std::variant<SystemOrigin, IngressOrigin, CanisterOrigin>;

/// A call that a canister has accepted and not finished (Interface spec, "Call contexts").
struct CallContext {
    CallOrigin origin;
    u128 cycles_available = 0;
    bool responded = false;
    bool deleted = false;  ///< the canister was uninstalled meanwhile
    u64 callbacks = 0;     ///< that wait for a response
    u64 instructions = 0;  ///< of all its executions
    u64 created_ns = 0;
};

/// What a canister does when its call is answered.
struct Callback {
    ContextId context = 0;
    Principal respondent;
    u128 cycles = 0;                ///< attached
    u128 prepaid_execution = 0;     ///< of the callback
    u128 prepaid_transmission = 0;  ///< of the response
    u64 deadline_ns = 0;            ///< 0: a guaranteed response
    Closure on_reply, on_reject;
    std::optional<Closure> on_cleanup;
    bool expired = false;  ///< its deadline has come; the answer is in the queue
};

/// A stop_canister that waits for the canister's calls.
struct StopRequest {
    CallOrigin origin;
    u128 cycles = 0;
    u64 since_ns = 0;
};

/// Unanswered calls from one canister to another.
inline constexpr u64 requests_max = 500;

/// Bytes that messages between canisters take (docs/mainnet.md, "Limits"): a call without a
/// deadline keeps room for the largest response, in the caller until it is there, in the callee
/// until it is sent; requests and responses of calls with a deadline take what they are long.
struct MessageMemory {
    u64 guaranteed = 0, best_effort = 0;

    u64 total() const { return guaranteed + best_effort; }
    MessageMemory& operator+=(const MessageMemory& more) {
        guaranteed += more.guaranteed;
        best_effort += more.best_effort;
        return *this;
    }
    MessageMemory& operator-=(const MessageMemory& less) {
        guaranteed -= less.guaranteed;
        best_effort -= less.best_effort;
        return *this;
    }
    bool operator==(const MessageMemory&) const = default;
};

/// As mainnet counts: what it keeps beside the bytes that are sent, and the largest response.
inline constexpr u64 request_overhead_bytes = 176, response_overhead_bytes = 144;
inline constexpr u64 counted_response_bytes_max = response_overhead_bytes + 2 * 1024 * 1024;
/// Of a request that is made, or waits; `payload_bytes`: of the method's name and the argument.
MessageMemory memory_of_request(u64 payload_bytes, bool has_deadline);

/// The calls of one canister: those it answers, those it has made, and what waits in its queues.
/// There are no output queues: on one subnet a request is in its receiver's queue at once.
class Calls {
public:
    ContextId new_context(CallContext context);
    CallbackId new_callback(Callback callback);
    CallContext& context(ContextId id) { return contexts_.at(id); }
    const std::map<ContextId, CallContext>& contexts() const { return contexts_; }
    std::map<ContextId, CallContext>& contexts() { return contexts_; }
    const std::map<CallbackId, Callback>& callbacks() const { return callbacks_; }
    void remove_context(ContextId id) { contexts_.erase(id); }
    /// Nothing: there is none, its response came too late.
    std::optional<Callback> take_callback(CallbackId id);
    /// Notes that the deadline of a callback that is there has come.
    void expire(CallbackId id);
    /// Callbacks whose deadline has come, and that nobody knows of yet.
    std::vector<CallbackId> overdue(u64 now_ns) const;
    /// Something waits here that time ends.
    bool has_deadlines() const { return !deadlines_.empty() || !stops.empty(); }
    /// Unanswered calls to `respondent`; at most requests_max.
    u64 unanswered(const Principal& respondent) const;
    const MessageMemory& message_memory() const { return memory_; }
    /// The same, counted anew.
    MessageMemory counted_memory() const;
    /// A call that came by a request has its answer: no room is kept for it any more.
    void release(const CallOrigin& origin);

    using Input = std::variant<Ingress, Request, Response>;
    void push(Input input);
    bool has_input() const { return !ingress_.empty() || !turns_.empty(); }
    /// The next one: users and canisters take turns, and among the canisters each sender; a
    /// sender's requests keep their order.
    Input pop();
    /// Requests that wait here, and whose deadline has come.
    bool has_expired_requests(u64 now_ns) const;
    /// Takes them out of the queues, in order.
    std::vector<Request> take_expired_requests(u64 now_ns);
    const std::deque<Ingress>& ingress() const { return ingress_; }
    const std::map<Principal, std::deque<Input>>& inputs() const { return inputs_; }

    std::vector<StopRequest> stops;

    /// Nothing is under way, and nothing ever was that a number tells.
    bool is_unused() const { return next_context_ == 1 && !has_input() && stops.empty(); }

    void encode(RecordWriter& out) const;
    static Calls decode(RecordReader& in);

private:
    MessageMemory memory_of(const Input& input) const;

    ContextId next_context_ = 1;
    CallbackId next_callback_ = 1;
    std::map<ContextId, CallContext> contexts_;
    std::map<CallbackId, Callback> callbacks_;
    std::map<Principal, u64> unanswered_;             ///< callbacks_ by respondent
    std::set<std::pair<u64, CallbackId>> deadlines_;  ///< of callbacks_ that have not expired
    std::deque<Ingress> ingress_;
    std::map<Principal, std::deque<Input>> inputs_;  ///< by sender; none is empty
    std::deque<Principal> turns_;                    ///< keys of inputs_, in turn
    bool canisters_turn_ = false;
    MessageMemory memory_;
};

void encode(RecordWriter& out, const CallOrigin& origin);
CallOrigin decode_origin(RecordReader& in);
void encode(RecordWriter& out, const Payload& payload);
Payload decode_payload(RecordReader& in);
void encode(RecordWriter& out, const Request& request);
Request decode_request(RecordReader& in);

}  // namespace icvm::replica
