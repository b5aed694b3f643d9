#include "replica/scenarios/world.hpp"

namespace icvm::replica::scenarios {

namespace {

Replica opened(const std::string& cycles, const SubnetCapacity& capacity) {
    auto replica = Replica::open(open_memory(),
                                 Options{.cycles = cycles, .progress = {}, .capacity = capacity});
    return std::move(*replica);  // memory can be opened
}

Outcome outcome_of(const Failure& failure) {
    switch (failure.kind) {
        case Failure::Kind::reject:
            return {.kind = Outcome::Kind::reject,
                    .code = u32(failure.reject.code),
                    .error = to_string(failure.reject.error),
                    .message = failure.reject.message};
        case Failure::Kind::storage:
            return {.kind = Outcome::Kind::broken, .message = failure.storage.message};
        case Failure::Kind::unanswered:
            return {.kind = Outcome::Kind::unanswered, .message = "nothing is left to do"};
        default: return {.kind = Outcome::Kind::broken, .message = "interrupted"};
    }
}

Outcome outcome_of(const Result<Receipt, Failure>& result) {
    return result ? Outcome{} : outcome_of(result.error());
}

Outcome outcome_of(const Result<Reply, Failure>& result) {
    if (!result) return outcome_of(result.error());
    return {.kind = Outcome::Kind::reply, .bytes = result->bytes};
}

Call call_of(const Principal& canister, const std::string& method, Bytes argument) {
    return {canister, method, ByteVector(argument.begin(), argument.end())};
}

}  // namespace

World::World(const std::string& cycles, const SubnetCapacity& capacity)
    : replica_(opened(cycles, capacity)) {}

Result<void, std::string> World::answer_http(const std::string& text) {
    const auto none = [](const std::string&) -> Result<ByteVector, std::string> {
        return std::unexpected("there are no files beside a scenario");
    };
    auto answers = parse_http_answers("answers", text, none);
    if (!answers) return std::unexpected(answers.error().message);
    replica_.set_http_answers(std::move(*answers));
    return {};
}

Result<Principal, Outcome> World::create() {
    auto id = replica_.create_canister("");
    if (!id) return std::unexpected(outcome_of(id.error()));
    return *id;
}

Outcome World::install(const InstallCode& request) {
    return outcome_of(replica_.install_code(request));
}

Outcome World::update(const Principal& canister, const std::string& method, Bytes argument) {
    return outcome_of(replica_.update(call_of(canister, method, argument)));
}

Outcome World::query(const Principal& canister, const std::string& method, Bytes argument) {
    return outcome_of(replica_.query(call_of(canister, method, argument)));
}

Outcome World::stop(const Principal& canister) {
    return outcome_of(replica_.stop_canister(canister));
}
Outcome World::start(const Principal& canister) {
    return outcome_of(replica_.start_canister(canister));
}
Outcome World::uninstall(const Principal& canister) {
    return outcome_of(replica_.uninstall_code(canister));
}
Outcome World::remove(const Principal& canister) {
    return outcome_of(replica_.delete_canister(canister));
}

Result<MessageId, Outcome> World::send(const Principal& canister, const std::string& method,
                                       Bytes argument, u64 expiry_ns) {
    auto message = replica_.submit(call_of(canister, method, argument), {}, expiry_ns);
    if (!message) return std::unexpected(outcome_of(message.error()));
    return *message;
}

Outcome World::await(const MessageId& message) { return outcome_of(replica_.await(message)); }

Outcome World::poll(const MessageId& message) const {
    static constexpr std::string_view names[] = {"unknown", "received", "processing",
                                                 "replied", "rejected", "done"};
    const IngressStatus* status = replica_.message_status(message);
    const std::string_view name = names[status == nullptr ? 0 : u8(status->state)];
    return {.kind = Outcome::Kind::reply, .bytes = ByteVector(name.begin(), name.end())};
}

Outcome World::tick() { return outcome_of(replica_.tick()); }
Outcome World::advance(u64 ns) { return outcome_of(replica_.advance_time(ns)); }

Result<CanisterStatus, Outcome> World::status(const Principal& canister) const {
    auto status = replica_.canister_status(canister);
    if (!status) return std::unexpected(outcome_of(status.error()));
    return *status;
}

}  // namespace icvm::replica::scenarios
