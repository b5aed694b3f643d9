#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vm/binary/byte_reader.hpp"

namespace icvm::vm {

/// What a name section names, by its subsection (Wasm 7.4.1; 3 and 5 to 9 are of the tools).
enum class NameSpace : u8 {
    module,
    function,
    local,
    label,
    type,
    table,
    memory,
    global,
    element,
    data,
    field,
    tag
};

/// The identifiers of a module's parts, made of its name section: unique where they must be.
class PrintedNames {
public:
    explicit PrintedNames(const Module& module);

    /// "$f", or empty. `outer` is the function of a local or label, the type of a field.
    std::string_view id(NameSpace space, u32 index, u32 outer = 0) const;
    /// What stands where it is defined: nothing, " $f", or, where the identifier cannot say the
    /// name, ` $f.1 (@name "f")`.
    std::string definition(NameSpace space, u32 index, u32 outer = 0) const;
    /// Whether `space` has a name within `outer`.
    bool has_names(NameSpace space, u32 outer) const;

private:
    struct Entry {
        u32 outer = 0;
        u32 index = 0;
        std::string_view name;  ///< in the module's bytes
        std::string id{};
        bool id_says_name = false;
    };
    static constexpr size_t spaces = 12;

    static bool exists(const Module& module, NameSpace space, u32 index, u32 outer);
    Result<void, ReadError> read(ByteReader section, const Module& module);
    Result<void, ReadError> read_subsection(NameSpace space, ByteReader& reader,
                                            const Module& module);
    Result<void, ReadError> read_map(NameSpace space, u32 outer, ByteReader& reader,
                                     const Module& module);
    void make_ids(std::vector<Entry>& entries);
    const Entry* find(NameSpace space, u32 index, u32 outer) const;

    std::array<std::vector<Entry>, spaces> entries_;  ///< ascending by (outer, index)
};

}  // namespace icvm::vm
