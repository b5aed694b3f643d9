#pragma once

#include <string>

#include "cli/module_file.hpp"
#include "cli/session.hpp"

namespace icvm::cli {

enum class ReplyFormat : u8 { automatic, candid, hex, raw };
/// From --output.
Result<ReplyFormat, Problem> read_reply_format(const Invocation& invocation);

/// The management canister, to be called as any other.
Target management_target();
bool is_management(const Target& target);

struct CanisterCall {
    Target target;
    std::string method;
    ByteVector argument;
    bool is_query = false;
};

/// The words for a call that failed.
Deed deed_of(const CanisterCall& call, const replica::Failure& failure,
             const replica::ModuleInfo* info);
/// Calls, and shows what the canister printed.
Result<replica::Reply, Problem> perform(Context& context, Session& session,
                                        const CanisterCall& call, const replica::ModuleInfo* info);
/// The `state :` line when an update went wrong after its effects were committed.
std::string kept_text(const std::string& method);
/// On standard output, directed by the interface when there is one. What is no Candid is shown in
/// hex by `automatic`, and is a problem for `candid`.
Done print_reply(Context& context, Bytes reply, const Service& service, const std::string& method,
                 ReplyFormat format);
/// {"candid":…,"json":…,"hex":…}: the first two when it is Candid.
std::string reply_json(Bytes reply, const Service& service, const std::string& method);

/// Whether the module exports `method` as a query.
bool is_query(const replica::ModuleInfo& info, const std::string& method);

}  // namespace icvm::cli
