#pragma once

#include <optional>
#include <span>

#include "vm/base/bytes.hpp"
#include "vm/code/code.hpp"

namespace icvm::vm {

/// Sites of a function, ascending by cell, in about three bytes each: most functions never need
/// one. A look-up searches an index of groups, then reads one group.
class SiteTable {
public:
    SiteTable() = default;
    /// `bytes` are those of encode; they outlive the table.
    explicit SiteTable(const u8* bytes) : bytes_(bytes) {}

    /// Appends to `out`.
    static void encode(std::span<const Site> sites, ByteVector& out);

    /// The last site that begins at or before `cell`.
    std::optional<Site> last_before(u32 cell) const;
    /// The first site that begins at or behind `cell`.
    std::optional<Site> first_from(u32 cell) const;

private:
    static constexpr u32 group_sites = 16;

    struct Header {
        u32 sites;
        u32 bytes;  ///< of all groups
    };
    struct Group {
        u32 cell;  ///< of its first site
        u32 byte;  ///< where it begins, behind the index
    };
    class Reader;

    Header header() const;
    static u32 groups_of(const Header& header);
    Group group(u32 index) const;
    /// The last group that begins at or before `cell`, or the first.
    u32 find_group(u32 cell) const;

    const u8* bytes_ = nullptr;
};

}  // namespace icvm::vm
