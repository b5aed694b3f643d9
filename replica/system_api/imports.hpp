#pragma once

#include <span>
#include <string_view>

#include "replica/system_api/context.hpp"
#include "vm/vm.hpp"

namespace icvm::replica {

/// A row of imports.def, with what it does.
struct ImportRow {
    std::string_view name;
    std::string_view signature;
    u32 contexts;  ///< bits by Context
    u32 fee;
    u32 fee_per_byte;
    int size;  ///< parameter that counts the bytes; size_none, size_call_new
    bool only_32;
    /// `running`: the ExecutionContext* of the execution that calls.
    vm::HostOutcome (*body)(void* running, vm::HostCall& call);

    static constexpr int size_none = -1;
    static constexpr int size_call_new = -2;  ///< the sum of callee_size and name_size
};

std::span<const ImportRow> import_rows();

/// The row of ic0.`name` in a module of that width; nullptr: there is none.
const ImportRow* find_import(std::string_view name, bool memory64);

/// Its type in a module of that width.
vm::FunctionType type_of(const ImportRow& row, bool memory64);

}  // namespace icvm::replica
