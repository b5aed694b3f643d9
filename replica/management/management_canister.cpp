#include "replica/management/management_canister.hpp"

#include <fmt/format.h>

#include <type_traits>

#include "replica/execution/answer.hpp"
#include "replica/management/settings.hpp"

namespace icvm::replica {

namespace {

using management::Method;

/// A reply's bytes; nothing: later.
using Outcome = Result<std::optional<ByteVector>, Failure>;

/// Interface spec, "Canister version": what a canister says of its version must be true.
template <class Arguments>
Result<void, Reject> take_version(ManagementContext& context, const Arguments& given,
                                  std::optional<u64> actual) {
    if constexpr (requires { given.sender_canister_version; }) {
        context.sender_version = given.sender_canister_version;
        if (!given.sender_canister_version || !actual) return {};
        if (*given.sender_canister_version == *actual) return {};
        return std::unexpected(reject(
            ErrorCode::canister_contract_violation,
            fmt::format("Management canister call payload includes sender canister version {} "
                        "that does not match the actual sender canister version {}.",
                        *given.sender_canister_version, *actual)));
    }
    return {};
}

/// Whatever values there are may be more than an earlier version takes.
Result<management::Nothing, Reject> decode_nothing(Bytes argument) {
    if (auto message = candid::check_message(argument); !message)
        return std::unexpected(reject(ErrorCode::invalid_management_payload,
                                      "Error decoding candid: " + std::move(message.error())));
    return management::Nothing{};
}

/// create_canister had no argument once: it takes every other message for none.
Result<management::CreateCanisterArguments, Reject> decode_creation(Bytes argument) {
    using management::CreateCanisterArguments;
    auto given = candid::decode_as<CreateCanisterArguments>(argument);
    if (given) return std::move(*given);
    const bool too_many = given.error().contains("exceeds maximum allowed");
    if (!too_many && candid::check_message(argument)) return CreateCanisterArguments();
    return std::unexpected(reject(ErrorCode::invalid_management_payload,
                                  too_many ? "Payload deserialization error: " + given.error()
                                           : std::string("Payload deserialization error.")));
}

template <class Arguments>
Result<Arguments, Reject> decode(Bytes argument) {
    if constexpr (std::is_same_v<Arguments, management::Nothing>)
        return decode_nothing(argument);
    else if constexpr (std::is_same_v<Arguments, management::CreateCanisterArguments>)
        return decode_creation(argument);
    else
        return management::decode_arguments<Arguments>(argument);
}

/// Decodes, calls, encodes.
template <class Arguments, class T>
Outcome enter(ManagementResult<T> (*method)(ManagementContext&, const Arguments&),
              ManagementContext& context, Bytes argument, std::optional<u64> version) {
    auto given = decode<Arguments>(argument);
    if (!given) return std::unexpected(failure_of(std::move(given.error())));
    if (auto right = take_version(context, *given, version); !right)
        return std::unexpected(failure_of(std::move(right.error())));
    const std::optional<T> result = TRY(method(context, *given));
    if (!result) return std::nullopt;
    return management::encode_result(*result);
}

/// What mainnet says to no argument at all, not even one without values; empty: that it cannot be
/// decoded.
std::string_view why_empty(Method method) {
    switch (method) {
        case Method::sign_with_ecdsa:
        case Method::sign_with_schnorr: return "An empty message cannot be signed";
        case Method::vetkd_derive_key: return "Message payload empty";
        default: return {};
    }
}

Outcome perform(ManagementContext& context, Method method, Bytes argument,
                std::optional<u64> version) {
    if (argument.empty() && !why_empty(method).empty())
        return std::unexpected(failure_of(
            reject(ErrorCode::canister_rejected_message, std::string(why_empty(method)))));
    namespace methods = management::methods;
    switch (method) {
#define METHOD(name, arguments, result, access, query) \
    case Method::name: return enter(methods::name, context, argument, version);
#include "replica/management/interface/methods.def"
    }
    return std::nullopt;
}

Failure no_such_method(const std::string& name) {
    return failure_of(reject(ErrorCode::canister_method_not_found,
                             fmt::format("Management canister has no method '{}'", name)));
}

}  // namespace

ChangeOrigin ManagementContext::change_origin() const {
    return {.principal = caller,
            .is_canister = std::holds_alternative<CanisterOrigin>(origin),
            .canister_version = sender_version};
}

Result<void, Failure> execute_management(Subnet& subnet, ManagementCall call) {
    ManagementContext context{subnet, call.origin, call.caller, call.cycles};
    const management::MethodRow* row = management::find_method(call.method);
    Outcome outcome = std::unexpected(no_such_method(call.method));
    if (row) outcome = perform(context, row->method, call.argument, call.caller_version);
    if (std::holds_alternative<IngressOrigin>(call.origin) &&
        is_paid_afterwards(call.method, call.argument))
        pay_afterwards(subnet, call);
    if (outcome && !*outcome) {
        note_processing(subnet, call.origin);
        return {};
    }
    if (outcome) {
        answer(subnet, call.origin, Principal(), std::move(**outcome), call.cycles);
        return {};
    }
    if (outcome.error().kind != Failure::Kind::reject)
        return std::unexpected(std::move(outcome.error()));
    answer(subnet, call.origin, Principal(), plain_payload_of(std::move(outcome.error().reject)),
           call.cycles);
    return {};
}

Payload query_management(Subnet& subnet, const Principal& caller, const std::string& method,
                         Bytes argument) {
    const management::MethodRow* row = management::find_method(method);
    if (!row || !row->is_query)
        return plain_payload_of(reject(ErrorCode::canister_method_not_found,
                                       fmt::format("Query method {} not found.", method)));
    u128 cycles = 0;
    const CallOrigin origin = SystemOrigin{};
    ManagementContext context{subnet, origin, caller, cycles};
    Outcome outcome = perform(context, row->method, argument, std::nullopt);
    if (outcome && *outcome) return std::move(**outcome);
    if (!outcome) return plain_payload_of(std::move(outcome.error().reject));
    return plain_payload_of(no_such_method(method).reject);
}

}  // namespace icvm::replica
