#pragma once

#include "vm/vm.hpp"

/// Where in a module an error is.

namespace icvm::vm {

/// The sections of what may be a module, by their places alone: whatever the bytes are.
class SectionList {
public:
    explicit SectionList(Bytes bytes);

    /// "type", "custom", …; empty: no section has this offset.
    std::string name_at(u32 offset) const;

private:
    struct Section {
        u8 id;
        u64 begin;  ///< of its id
        u64 end;    ///< as it says; may be beyond the bytes
    };
    std::vector<Section> sections_;
};

ErrorPlace place_in(const Module& module, u32 offset, std::optional<u32> function);

}  // namespace icvm::vm
