#pragma once

/// The type table of a message (Candid spec, "Binary Format").

#include <map>
#include <span>
#include <string>
#include <vector>

#include "replica/candid/type.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::replica::candid {

/// The types of values that are to be written, each once, depth first, a type before its parts: the
/// bytes that dfx and icp make of the same text. Who reads them counts instructions for each entry.
class TypeTable {
public:
    TypeTable(const Types& types, std::span<const Field> values);

    /// The table, and after it the types of the values.
    void write(ByteVector& out) const;

private:
    /// The same for types that are written alike, in which a name is only like itself.
    using Identity = u32;

    void identify(TypeIndex root);
    std::string spelling(TypeIndex type) const;
    void place();
    bool has_entry(TypeIndex type) const;

    void reference(ByteVector& out, TypeIndex type) const;
    void references(ByteVector& out, std::span<const Field> fields) const;
    void definition(ByteVector& out, const Type& type) const;

    const Types& types_;
    std::span<const Field> values_;
    std::vector<Identity> identities_;  ///< by type
    std::map<std::string, Identity> spellings_;
    std::vector<u32> places_;  ///< by identity
    std::vector<TypeIndex> entries_;
};

}  // namespace icvm::replica::candid
