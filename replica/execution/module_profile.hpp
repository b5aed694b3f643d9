#pragma once

#include "replica/system_api/execution_error.hpp"
#include "vm/base/result.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// Section by which a module says that its heap may be kept (docs/mainnet.md, "Lifecycle").
inline constexpr std::string_view enhanced_persistence_section = "enhanced-orthogonal-persistence";

/// The name of an `icp:` section without its scope; nothing for other sections, and for those
/// whose scope is wrong.
std::optional<std::string_view> metadata_name(std::string_view section);

struct MethodName {
    std::string_view prefix;  ///< "canister_update"
    std::string_view name;
};
/// "canister_update inc" taken apart; nothing when `exported` is not a method.
std::optional<MethodName> method_name(std::string_view exported);

bool is_memory64(const vm::Module& module);

/// Larger than mainnet takes: checked before the module is validated.
Result<void, ExecutionError> check_code_section(const vm::Module& module);

/// Needs outside of its bodies what mainnet's engine has switched off (features.def): checked
/// before the module is validated, so that its types are never registered.
Result<void, ExecutionError> check_features(const vm::Module& module);

/// What mainnet refuses in a valid module, in its order (docs/mainnet.md, "Modules"). Of what it
/// accepts: the operators of all functions after instrumentation (see operator_scan.hpp).
Result<u64, ExecutionError> check_profile(const vm::Module& module);

}  // namespace icvm::replica
