// What a message brings, and how it is answered (Interface spec, "Entry points", "Responding").

#include <fmt/format.h>

#include "replica/system_api/system_call.hpp"
#include "vm/base/utf8.hpp"

namespace icvm::replica::calls {

namespace {

u64 reply_bytes_max(Context context) {
    switch (context) {
        case Context::non_replicated_query:
        case Context::transform:
        case Context::composite_query: return reply_bytes_max_query;
        default: return reply_bytes_max_replicated;
    }
}

bool responded(const SystemCall& call) { return call.execution.has_responded(); }

std::unexpected<ExecutionError> already_replied(const SystemCall& call, std::string_view end) {
    return std::unexpected(contract_violation(
        fmt::format("ic0.{}: the call is already replied{}", call.row.name, end)));
}

std::unexpected<ExecutionError> too_large(const SystemCall& call, u64 size,
                                          std::string_view suggestion) {
    return std::unexpected(contract_violation(
        fmt::format("ic0.{}: application payload size ({}) cannot be larger than {}.",
                    call.row.name, size, reply_bytes_max(call.execution.context)),
        help_with_link(suggestion, fmt::format("{}-payload-too-large", call.row.name))));
}

}  // namespace

CallResult msg_arg_data_size(SystemCall& call) { return call.execution.argument.size(); }

CallResult msg_arg_data_copy(SystemCall& call) {
    return call.copy("payload", call.execution.argument, call[0], call[1], call[2]);
}

CallResult msg_caller_size(SystemCall& call) { return call.execution.caller.bytes().size(); }

CallResult msg_caller_copy(SystemCall& call) {
    return call.copy("id", call.execution.caller.bytes(), call[0], call[1], call[2]);
}

CallResult msg_caller_info_data_size(SystemCall& call) { return call.execution.caller_info.size(); }

CallResult msg_caller_info_data_copy(SystemCall& call) {
    return call.copy("data", call.execution.caller_info, call[0], call[1], call[2]);
}

CallResult msg_caller_info_signer_size(SystemCall& call) {
    return call.execution.caller_info_signer.size();
}

CallResult msg_caller_info_signer_copy(SystemCall& call) {
    return call.copy("signer", call.execution.caller_info_signer, call[0], call[1], call[2]);
}

CallResult msg_reject_code(SystemCall& call) { return call.execution.reject_code; }

CallResult msg_reject_msg_size(SystemCall& call) { return call.execution.reject_message.size(); }

CallResult msg_reject_msg_copy(SystemCall& call) {
    return call.copy("msg", bytes_of(call.execution.reject_message), call[0], call[1], call[2]);
}

CallResult msg_deadline(SystemCall& call) { return call.execution.deadline_ns; }

CallResult msg_reply_data_append(SystemCall& call) {
    ByteVector& data = call.execution.reply_data;
    const u64 size = call[1];
    if (responded(call)) return already_replied(call, ".");
    if (size > reply_bytes_max(call.execution.context) - data.size())
        return too_large(call, u64(std::min<u128>(u128(data.size()) + size, ~u64(0))),
                         "Consider checking the response size and returning an error if it is too "
                         "long.");
    const Bytes bytes = TRY(call.heap("msg.reply", call[0], size));
    data.insert(data.end(), bytes.begin(), bytes.end());
    return 0;
}

CallResult msg_reply(SystemCall& call) {
    if (responded(call)) return already_replied(call, "");
    call.execution.response = std::move(call.execution.reply_data);
    call.execution.reply_data.clear();
    return 0;
}

CallResult msg_reject(SystemCall& call) {
    const u64 size = call[1];
    if (responded(call)) return already_replied(call, "");
    if (size > reply_bytes_max(call.execution.context))
        return too_large(call, size, "Try truncating the error messages that are too long.");
    const Bytes bytes = TRY(call.heap("ic0.msg_reject", call[0], size));
    if (!is_utf8(bytes))
        return std::unexpected(contract_violation("ic0.msg_reject: invalid UTF-8 string provided"));
    call.execution.response = Rejection{std::string(text_of(bytes))};
    call.execution.reply_data.clear();
    return 0;
}

CallResult msg_method_name_size(SystemCall& call) { return call.execution.method.size(); }

CallResult msg_method_name_copy(SystemCall& call) {
    return call.copy("payload", bytes_of(call.execution.method), call[0], call[1], call[2]);
}

CallResult accept_message(SystemCall& call) {
    if (call.execution.message_accepted)
        return std::unexpected(
            contract_violation("ic0.accept_message: the function was already called."));
    call.execution.message_accepted = true;
    return 0;
}

}  // namespace icvm::replica::calls
