#pragma once

#include <memory>
#include <string>

#include "vm/script/script.hpp"
#include "vm/vm.hpp"

namespace icvm::vm {

/// Why a command of a script went no further.
struct Stop {
    enum class Kind : u8 {
        script,  ///< the script names what is not there, or gives arguments that do not fit
        malformed,
        invalid,
        unlinkable,
        trap,
        exception,
        exhaustion,
    } kind = Kind::script;
    std::string message;
    std::string place{};  ///< "line 3, column 7"; empty: not known
};

/// "malformed", "trap", …
std::string_view to_string(Stop::Kind kind);

/// Text becomes bytes, bytes a module with its code.
Result<std::shared_ptr<const CompiledModule>, Stop> load_script_module(
    const ScriptModule& module, const CompileOptions& options);

}  // namespace icvm::vm
