#pragma once

#include <optional>
#include <string_view>

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

/// The first feature that is off and that `module`, decoded but perhaps not valid, needs outside of
/// its bodies; nothing: none.
std::optional<Feature> find_refused_feature(const vm::Module& module);

}  // namespace icvm::replica
