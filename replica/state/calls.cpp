#include "replica/state/calls.hpp"

#include <algorithm>

namespace icvm::replica {

namespace {

ByteVector vector_field(RecordReader& in) {
    const Bytes bytes = in.bytes_field();
    return {bytes.begin(), bytes.end()};
}

void put(RecordWriter& out, const Closure& closure) {
    out.put_u64(closure.function);
    out.put_u64(closure.environment);
}

Closure closure_field(RecordReader& in) {
    Closure closure;
    closure.function = u32(in.u64_field());
    closure.environment = in.u64_field();
    return closure;
}

/// Users and the system attach none.
void check_cycles(RecordReader& in, const CallOrigin& origin, u128 cycles) {
    if (cycles != 0 && !std::holds_alternative<CanisterOrigin>(origin)) in.fail();
}

void put(RecordWriter& out, const CallContext& context) {
    encode(out, context.origin);
    out.put_u128(context.cycles_available);
    out.put_u8(context.responded);
    out.put_u8(context.deleted);
    out.put_u64(context.instructions);
    out.put_u64(context.created_ns);
}

CallContext context_field(RecordReader& in) {
    CallContext context;
    context.origin = decode_origin(in);
    context.cycles_available = in.u128_field();
    check_cycles(in, context.origin, context.cycles_available);
    context.responded = in.u8_field() != 0;
    context.deleted = in.u8_field() != 0;
    context.instructions = in.u64_field();
    context.created_ns = in.u64_field();
    return context;
}

void put(RecordWriter& out, const Callback& callback) {
    out.put_u64(callback.context);
    out.put_principal(callback.respondent);
    out.put_u128(callback.cycles);
    out.put_u128(callback.prepaid_execution);
    out.put_u128(callback.prepaid_transmission);
    out.put_u64(callback.deadline_ns);
    put(out, callback.on_reply);
    put(out, callback.on_reject);
    out.put_u8(callback.on_cleanup.has_value());
    if (callback.on_cleanup) put(out, *callback.on_cleanup);
    out.put_u8(callback.expired);
}

Callback callback_field(RecordReader& in) {
    Callback callback;
    callback.context = in.u64_field();
    callback.respondent = in.principal_field();
    callback.cycles = in.u128_field();
    callback.prepaid_execution = in.u128_field();
    callback.prepaid_transmission = in.u128_field();
    callback.deadline_ns = in.u64_field();
    callback.on_reply = closure_field(in);
    callback.on_reject = closure_field(in);
    if (in.u8_field() != 0) callback.on_cleanup = closure_field(in);
    callback.expired = in.u8_field() != 0;
    return callback;
}

void put(RecordWriter& out, const Ingress& ingress) {
    out.put_bytes(ingress.id);
    out.put_principal(ingress.sender);
    out.put_text(ingress.method);
    out.put_bytes(ingress.argument);
    out.put_u64(ingress.expiry_ns);
}

Ingress ingress_field(RecordReader& in) {
    Ingress ingress;
    ingress.id = in.hash_field();
    ingress.sender = in.principal_field();
    ingress.method = in.text_field();
    ingress.argument = vector_field(in);
    ingress.expiry_ns = in.u64_field();
    return ingress;
}

void put(RecordWriter& out, const Response& response) {
    out.put_principal(response.receiver);
    out.put_principal(response.respondent);
    out.put_u64(response.callback);
    out.put_u128(response.refund);
    encode(out, response.payload);
}

Response response_field(RecordReader& in) {
    Response response;
    response.receiver = in.principal_field();
    response.respondent = in.principal_field();
    response.callback = in.u64_field();
    response.refund = in.u128_field();
    response.payload = decode_payload(in);
    return response;
}

/// Of a canister's queue; nothing but requests and responses is in it.
void put(RecordWriter& out, const Calls::Input& input) {
    const bool is_request = std::holds_alternative<Request>(input);
    out.put_u8(is_request);
    if (is_request)
        encode(out, std::get<Request>(input));
    else
        put(out, std::get<Response>(input));
}

Calls::Input input_field(RecordReader& in) {
    if (in.u8_field() != 0) return decode_request(in);
    return response_field(in);
}

bool is_expired(const Calls::Input& input, u64 now_ns) {
    const auto* request = std::get_if<Request>(&input);
    return request && request->deadline_ns != 0 && request->deadline_ns <= now_ns;
}

const Principal& sender_of(const Calls::Input& input) {
    if (const auto* request = std::get_if<Request>(&input)) return request->sender;
    return std::get<Response>(input).respondent;
}

u64 payload_bytes(const Request& request) {
    return request.method.size() + request.argument.size();
}

u64 payload_bytes(const Response& response) {
    const auto* rejection = std::get_if<RejectPayload>(&response.payload);
    return rejection ? rejection->message.size() : std::get<ByteVector>(response.payload).size();
}

/// A call for whose response room is kept where it is answered.
bool is_guaranteed(const CallOrigin& origin) {
    const auto* canister = std::get_if<CanisterOrigin>(&origin);
    return canister && canister->deadline_ns == 0;
}

constexpr MessageMemory room_for_response{counted_response_bytes_max, 0};

}  // namespace

MessageMemory memory_of_request(u64 payload_bytes, bool has_deadline) {
    const u64 bytes = request_overhead_bytes + payload_bytes;
    if (has_deadline) return {0, bytes};
    return {std::max(bytes, counted_response_bytes_max), 0};
}

/// What a message takes while it waits, with the room for its response in this canister.
MessageMemory Calls::memory_of(const Input& input) const {
    if (const auto* request = std::get_if<Request>(&input))
        return memory_of_request(payload_bytes(*request), request->deadline_ns != 0);
    const auto* response = std::get_if<Response>(&input);
    if (!response) return {};
    const u64 bytes = response_overhead_bytes + payload_bytes(*response);
    const auto callback = callbacks_.find(response->callback);
    const bool is_awaited = callback != callbacks_.end() && callback->second.deadline_ns == 0;
    return is_awaited ? MessageMemory{bytes, 0} : MessageMemory{0, bytes};
}

MessageMemory Calls::counted_memory() const {
    MessageMemory memory;
    for (const auto& [id, callback] : callbacks_)
        if (callback.deadline_ns == 0) memory += room_for_response;
    for (const auto& [id, context] : contexts_)
        if (!context.responded && is_guaranteed(context.origin)) memory += room_for_response;
    for (const auto& [sender, queue] : inputs_)
        for (const Input& input : queue) {
            const MessageMemory of_input = memory_of(input);
            memory += of_input;
            if (std::holds_alternative<Response>(input) && of_input.guaranteed > 0)
                memory -= room_for_response;
        }
    return memory;
}

void Calls::release(const CallOrigin& origin) {
    if (is_guaranteed(origin)) memory_ -= room_for_response;
}

ContextId Calls::new_context(CallContext context) {
    contexts_.emplace_hint(contexts_.end(), next_context_, std::move(context));
    return next_context_++;
}

CallbackId Calls::new_callback(Callback callback) {
    unanswered_[callback.respondent]++;
    contexts_.at(callback.context).callbacks++;
    if (callback.deadline_ns != 0) deadlines_.emplace(callback.deadline_ns, next_callback_);
    if (callback.deadline_ns == 0) memory_ += room_for_response;
    callbacks_.emplace_hint(callbacks_.end(), next_callback_, std::move(callback));
    return next_callback_++;
}

std::optional<Callback> Calls::take_callback(CallbackId id) {
    const auto found = callbacks_.find(id);
    if (found == callbacks_.end()) return std::nullopt;
    Callback callback = std::move(found->second);
    callbacks_.erase(found);
    deadlines_.erase({callback.deadline_ns, id});
    if (--unanswered_[callback.respondent] == 0) unanswered_.erase(callback.respondent);
    contexts_.at(callback.context).callbacks--;
    return callback;
}

void Calls::expire(CallbackId id) {
    Callback& callback = callbacks_.at(id);
    callback.expired = true;
    deadlines_.erase({callback.deadline_ns, id});
}

std::vector<CallbackId> Calls::overdue(u64 now_ns) const {
    std::vector<CallbackId> due;
    for (const auto& [deadline, id] : deadlines_) {
        if (deadline > now_ns) break;
        due.push_back(id);
    }
    std::ranges::sort(due);
    return due;
}

u64 Calls::unanswered(const Principal& respondent) const {
    const auto found = unanswered_.find(respondent);
    return found == unanswered_.end() ? 0 : found->second;
}

void Calls::push(Input input) {
    if (auto* ingress = std::get_if<Ingress>(&input)) {
        ingress_.push_back(std::move(*ingress));
        return;
    }
    const MessageMemory memory = memory_of(input);
    memory_ += memory;
    if (std::holds_alternative<Response>(input) && memory.guaranteed > 0)
        memory_ -= room_for_response;
    const Principal sender = sender_of(input);
    std::deque<Input>& queue = inputs_[sender];
    if (queue.empty()) turns_.push_back(sender);
    queue.push_back(std::move(input));
}

Calls::Input Calls::pop() {
    const bool takes_ingress = turns_.empty() || (!canisters_turn_ && !ingress_.empty());
    canisters_turn_ = takes_ingress;
    if (takes_ingress) {
        Input input = std::move(ingress_.front());
        ingress_.pop_front();
        if (!has_input()) canisters_turn_ = false;
        return input;
    }
    const Principal sender = turns_.front();
    turns_.pop_front();
    const auto found = inputs_.find(sender);
    Input input = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty())
        inputs_.erase(found);
    else
        turns_.push_back(sender);
    if (!has_input()) canisters_turn_ = false;
    // The room for the response stays in the callee until it is sent.
    const MessageMemory memory = memory_of(input);
    memory_ -= memory;
    if (std::holds_alternative<Request>(input) && memory.guaranteed > 0)
        memory_ += room_for_response;
    return input;
}

bool Calls::has_expired_requests(u64 now_ns) const {
    for (const auto& [sender, queue] : inputs_)
        for (const Input& input : queue)
            if (is_expired(input, now_ns)) return true;
    return false;
}

std::vector<Request> Calls::take_expired_requests(u64 now_ns) {
    std::vector<Request> taken;
    for (auto it = inputs_.begin(); it != inputs_.end();) {
        std::deque<Input> kept;
        for (Input& input : it->second) {
            if (is_expired(input, now_ns)) {
                memory_ -= memory_of(input);
                taken.push_back(std::move(std::get<Request>(input)));
            } else {
                kept.push_back(std::move(input));
            }
        }
        it->second = std::move(kept);
        if (it->second.empty()) {
            std::erase(turns_, it->first);
            it = inputs_.erase(it);
        } else {
            ++it;
        }
    }
    return taken;
}

void Calls::encode(RecordWriter& out) const {
    out.put_u64(next_context_);
    out.put_u64(next_callback_);
    out.put_u64(contexts_.size());
    for (const auto& [id, context] : contexts_) {
        out.put_u64(id);
        put(out, context);
    }
    out.put_u64(callbacks_.size());
    for (const auto& [id, callback] : callbacks_) {
        out.put_u64(id);
        put(out, callback);
    }
    out.put_u64(ingress_.size());
    for (const Ingress& ingress : ingress_) put(out, ingress);
    out.put_u64(turns_.size());
    for (const Principal& sender : turns_) {
        const std::deque<Input>& queue = inputs_.at(sender);
        out.put_principal(sender);
        out.put_u64(queue.size());
        for (const Input& input : queue) put(out, input);
    }
    out.put_u8(canisters_turn_);
    out.put_u64(stops.size());
    for (const StopRequest& stop : stops) {
        replica::encode(out, stop.origin);
        out.put_u128(stop.cycles);
        out.put_u64(stop.since_ns);
    }
}

Calls Calls::decode(RecordReader& in) {
    Calls calls;
    calls.next_context_ = in.u64_field();
    calls.next_callback_ = in.u64_field();
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--) {
        const ContextId id = in.u64_field();
        if (id >= calls.next_context_) in.fail();
        calls.contexts_.emplace(id, context_field(in));
    }
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--) {
        const CallbackId id = in.u64_field();
        Callback callback = callback_field(in);
        const auto context = calls.contexts_.find(callback.context);
        if (context == calls.contexts_.end()) {
            in.fail();
            return calls;
        }
        context->second.callbacks++;
        calls.unanswered_[callback.respondent]++;
        if (callback.deadline_ns != 0 && !callback.expired)
            calls.deadlines_.emplace(callback.deadline_ns, id);
        if (id >= calls.next_callback_ || calls.callbacks_.contains(id)) in.fail();
        calls.callbacks_.emplace(id, std::move(callback));
    }
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--)
        calls.ingress_.push_back(ingress_field(in));
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--) {
        const Principal sender = in.principal_field();
        std::deque<Input>& queue = calls.inputs_[sender];
        if (!queue.empty()) in.fail();
        for (u64 m = in.count_field(1); m > 0 && in.ok(); m--) queue.push_back(input_field(in));
        if (queue.empty()) in.fail();
        calls.turns_.push_back(sender);
    }
    calls.canisters_turn_ = in.u8_field() != 0;
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--) {
        StopRequest stop;
        stop.origin = decode_origin(in);
        stop.cycles = in.u128_field();
        check_cycles(in, stop.origin, stop.cycles);
        stop.since_ns = in.u64_field();
        calls.stops.push_back(std::move(stop));
    }
    calls.memory_ = calls.counted_memory();
    return calls;
}

void encode(RecordWriter& out, const CallOrigin& origin) {
    out.put_u8(u8(origin.index()));
    if (const auto* ingress = std::get_if<IngressOrigin>(&origin)) {
        out.put_principal(ingress->sender);
        out.put_bytes(ingress->id);
    } else if (const auto* canister = std::get_if<CanisterOrigin>(&origin)) {
        out.put_principal(canister->sender);
        out.put_u64(canister->callback);
        out.put_u64(canister->deadline_ns);
    }
}

CallOrigin decode_origin(RecordReader& in) {
    switch (in.u8_field()) {
        case 0: return SystemOrigin{};
        case 1: {
            IngressOrigin origin{.sender = in.principal_field()};
            origin.id = in.hash_field();
            return origin;
        }
        case 2: {
            CanisterOrigin origin{.sender = in.principal_field()};
            origin.callback = in.u64_field();
            origin.deadline_ns = in.u64_field();
            return origin;
        }
        default: in.fail(); return SystemOrigin{};
    }
}

void encode(RecordWriter& out, const Payload& payload) {
    const auto* reject = std::get_if<RejectPayload>(&payload);
    out.put_u8(reject ? u8(reject->code) : 0);
    if (!reject) {
        out.put_bytes(std::get<ByteVector>(payload));
        return;
    }
    out.put_u64(u64(reject->error));
    out.put_text(reject->message);
}

Payload decode_payload(RecordReader& in) {
    const u8 code = in.u8_field();
    if (code == 0) return vector_field(in);
    if (code > u8(RejectCode::sys_unknown)) in.fail();
    const auto error = ErrorCode(u16(in.u64_field()));
    return RejectPayload{RejectCode(code), error, in.text_field(), {}};
}

void encode(RecordWriter& out, const Request& request) {
    out.put_principal(request.sender);
    out.put_principal(request.receiver);
    out.put_u64(request.callback);
    out.put_u64(request.sender_version);
    out.put_text(request.method);
    out.put_bytes(request.argument);
    out.put_u128(request.cycles);
    out.put_u64(request.deadline_ns);
}

Request decode_request(RecordReader& in) {
    Request request;
    request.sender = in.principal_field();
    request.receiver = in.principal_field();
    request.callback = in.u64_field();
    request.sender_version = in.u64_field();
    request.method = in.text_field();
    request.argument = vector_field(in);
    request.cycles = in.u128_field();
    request.deadline_ns = in.u64_field();
    return request;
}

}  // namespace icvm::replica
