#pragma once

#include <optional>
#include <string_view>

#include "replica/system_api/execution_error.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// A part of WebAssembly that mainnet's engine has switched on, or off: features.def.
enum class Feature : u8 {
#define FEATURE(id, ...) id,
#include "replica/execution/features.def"
};

bool is_on(Feature feature);
/// What a refusal of it says.
std::string_view text_of(Feature feature);

/// What has to be on for the instruction, or for the type.
Feature feature_of(vm::Opcode opcode);
Feature feature_of(vm::ValueType type);

/// What has to be on for a value type whose code in the binary format begins with `code`.
Feature feature_of_type_code(u8 code);

/// A feature that is off, and where it is needed.
struct RefusedFeature {
    Feature feature;
    u32 offset = 0;  ///< from the first byte of the module; of a body's: from that of the body
};

/// IC0505 "…: exceptions support is not enabled (in function 1 "risky", at offset 0x3d)"
ExecutionError refused_feature(const RefusedFeature& refused, std::optional<u32> function,
                               const vm::Module& module);

/// The first feature that is off and that `module`, decoded but perhaps not valid, needs outside of
/// its bodies; nothing: none.
std::optional<RefusedFeature> find_refused_feature(const vm::Module& module);

}  // namespace icvm::replica
