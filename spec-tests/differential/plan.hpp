#pragma once

#include <string>
#include <vector>

#include "spec-tests/differential/rows.hpp"
#include "vm/base/bytes.hpp"
#include "vm/base/random.hpp"
#include "vm/wasm/module.hpp"

namespace icvm::differential {

struct GlobalPlan {
    vm::GlobalType type;
    ByteVector initializer;  ///< with its end; of an imported one empty
};

struct TablePlan : vm::TableType {
    ByteVector initializer{};  ///< with its end; empty: null
};

struct DataPlan {
    vm::SegmentMode mode;
    u32 memory;
    ByteVector offset;
    ByteVector content;
};

struct ElementPlan {
    vm::SegmentMode mode;
    u32 table;
    ByteVector offset;
    vm::ValueType type;
    std::vector<ByteVector> expressions;
};

/// A function of the host, "env"; observation.cpp and v8.js have them, too.
struct HostSignature {
    const char* name;
    vm::FunctionType type;
};
const std::vector<HostSignature>& host_signatures();

/// A module but for its bodies: what they may refer to. Index spaces count imports first.
struct Plan {
    std::vector<vm::DefinedType> types;
    std::vector<vm::Import> imports;
    std::vector<u32> functions;  ///< type index by function index
    u32 imported_functions = 0;
    std::vector<TablePlan> tables;
    u32 imported_tables = 0;
    std::vector<vm::MemoryType> memories;
    u32 imported_memories = 0;
    std::vector<GlobalPlan> globals;
    u32 imported_globals = 0;
    std::vector<u32> tags;  ///< type index by tag index
    u32 imported_tags = 0;
    std::vector<vm::Export> exports;
    std::vector<ElementPlan> elements;
    std::vector<DataPlan> data;
    u32 start = 0;  ///< 0: none
    std::vector<ByteVector> bodies;

    std::vector<vm::ValueType> reference_types;  ///< of which values can be made
    u32 fuel = ~0u;                              ///< index of the global
    /// Index of the memory with the marks of what was executed; all ones: there is none.
    u32 marks = ~0u;
    u32 run_first = 0;  ///< functions from here on are exported, to be run

    const vm::FunctionType& type_of(u32 function) const {
        return types[functions[function]].function;
    }
    /// Memories that bodies may use.
    u32 usable_memories() const { return u32(memories.size()) - (marks != ~0u); }
    /// Of a function type with these; made when there is none.
    u32 function_type(const std::vector<vm::ValueType>& parameters,
                      const std::vector<vm::ValueType>& results);
    bool matches(vm::HeapType sub, vm::HeapType super) const;
    bool matches(vm::ValueType sub, vm::ValueType super) const;
};

/// Everything but the bodies. What the provider exports is imported, if there is one; and its fuel.
Plan make_plan(Random& random, const Profile& profile, bool with_marks,
               const Plan* provider = nullptr);

/// A type of the numbers, or of vectors.
vm::ValueType number_type(Random& random, const Profile& profile);
/// A number, a vector or a reference; nullable if it is one.
vm::ValueType local_type(Random& random, const Profile& profile, const Plan& plan);

/// Bits of a constant: limits, NaNs, denormals, or anything.
u64 interesting_bits(Random& random, char letter);

/// The bytes of the module.
ByteVector write_module(const Plan& plan);

/// A value type as it stands in the binary format.
void write_type(ByteVector& out, vm::ValueType type);
void write_heap_type(ByteVector& out, vm::HeapType type);
/// "i32.const …", with these bits.
void write_constant(ByteVector& out, char letter, u64 bits, u64 high = 0);
void write_opcode(ByteVector& out, vm::Opcode opcode);

}  // namespace icvm::differential
