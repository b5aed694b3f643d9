#pragma once

/// The management canister's interface as a whole: its methods, who may call them, and their types.

#include "replica/base/reject.hpp"
#include "replica/management/interface/canisters.hpp"
#include "replica/management/interface/code.hpp"
#include "replica/management/interface/http.hpp"
#include "replica/management/interface/settings.hpp"
#include "replica/management/interface/signing.hpp"
#include "replica/management/interface/snapshots.hpp"
#include "replica/management/interface/status.hpp"
#include "replica/management/interface/subnet.hpp"

namespace icvm::replica::management {

enum class Method : u8 {
#define METHOD(name, arguments, result, access, query) name,
#include "replica/management/interface/methods.def"
};

/// Whose ingress messages are accepted.
enum class Access : u8 {
    canisters,  ///< nobody's: only canisters call it
    controllers,
    status_viewers,    ///< by the setting status_visibility
    snapshot_viewers,  ///< by the setting snapshot_visibility
    anyone,
    queries,  ///< nobody's: it is called by queries
};

struct MethodRow {
    Method method;
    std::string_view name;
    Access access;
    bool is_query;
};

/// Nothing: there is no such method.
const MethodRow* find_method(std::string_view name);
std::string_view method_name(Method method);

/// The canister that a call is about, to whom its cost is charged; nothing for the methods that are
/// about none.
Result<std::optional<Principal>, Reject> effective_canister(Method method, Bytes argument);

/// For those who call it in Candid's text.
std::shared_ptr<const candid::ServiceDescription> interface();

/// IC0408 where the bytes are no such argument.
template <class Arguments>
Result<Arguments, Reject> decode_arguments(Bytes bytes) {
    auto arguments = candid::decode_as<Arguments>(bytes);
    if (!arguments)
        return std::unexpected(reject(ErrorCode::invalid_management_payload,
                                      "Error decoding candid: " + std::move(arguments.error())));
    return std::move(*arguments);
}

template <class T>
ByteVector encode_result(const T& result) {
    return candid::encode_as(result);
}
/// The message without values.
ByteVector encode_result(Nothing);

}  // namespace icvm::replica::management
