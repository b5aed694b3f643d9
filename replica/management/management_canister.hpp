#pragma once

#include "replica/execution/subnet.hpp"
#include "replica/management/interface/interface.hpp"

namespace icvm::replica {

/// A call to the management canister as its methods see it.
struct ManagementContext {
    Subnet& subnet;
    const CallOrigin& origin;
    Principal caller;
    u128& cycles;  ///< attached, and not yet taken; what is left goes back
    /// sender_canister_version of the argument, checked.
    std::optional<u64> sender_version = {};

    ChangeOrigin change_origin() const;
};

/// A method's result; nothing: it is answered later, by answer().
template <class T>
using ManagementResult = Result<std::optional<T>, Failure>;

/// What each row of interface/methods.def does; by family in a file each.
namespace management::methods {
#define METHOD(name, arguments, result, access, query) \
    ManagementResult<result> name(ManagementContext& context, const arguments& given);
#include "replica/management/interface/methods.def"
}  // namespace management::methods

/// Executes a call, and answers it unless that has to wait. A Failure is never a reject.
Result<void, Failure> execute_management(Subnet& subnet, ManagementCall call);

/// A query method, as composite queries and users call it: nothing of it stays.
Payload query_management(Subnet& subnet, const Principal& caller, const std::string& method,
                         Bytes argument);

}  // namespace icvm::replica
