#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "vm/wasm/opcode.hpp"
#include "vm/wasm/types.hpp"

namespace icvm::differential {

/// What modules are made of.
struct Profile {
    bool portable = true;  ///< all engines must agree: NaNs are made canonical, no proposals
    bool vectors = true;
    bool references = true;  ///< typed function references
    bool aggregates = true;
    bool exceptions = true;
};

enum class Family : u8 {
    control,
    parametric,
    variable,
    table,
    reference,
    load,
    store,
    memory,
    constant,
    numeric,
    aggregate,
    wide,
    vector_load,
    vector_store,
    vector_load_lane,
    vector_store_lane,
    vector_lane,
    vector,
};

/// A row of opcode.def.
struct Row {
    vm::Opcode opcode;
    std::string_view text;
    vm::Immediate immediate;
    std::string_view signature;
    Family family;

    bool is_relaxed() const { return text.find("relaxed") != text.npos; }
    std::string_view operands() const { return signature.substr(0, signature.find(':')); }
    std::string_view results() const { return signature.substr(signature.find(':') + 1); }
};

/// All rows, in the order of opcode.def.
const std::vector<Row>& all_rows();

/// Whether modules of that profile may have the instruction.
bool is_in(const Profile& profile, const Row& row);

/// The rows with a signature of their own in opcode.def, by what they give.
class RowTable {
public:
    explicit RowTable(const Profile& profile);
    /// Instructions whose first result has that letter; with or without those that read a memory.
    const std::vector<const Row*>& giving(char letter, bool with_memory) const;
    const std::vector<const Row*>& stores() const { return stores_; }

private:
    std::array<std::vector<const Row*>, 128> pure_, any_;
    std::vector<const Row*> stores_;
};

/// 'i' is i32, …: the letters of opcode.def.
vm::ValueType type_of_letter(char letter);
/// 0 for a reference.
char letter_of(vm::ValueType type);

}  // namespace icvm::differential
