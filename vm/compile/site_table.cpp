#include "vm/compile/site_table.hpp"

#include <algorithm>
#include <cstring>

#include "vm/base/check.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::vm {

namespace {

/// Differences of either sign as small numbers.
u32 fold(i32 difference) { return u32(difference) << 1 ^ u32(difference >> 31); }
i32 unfold(u32 folded) { return i32(folded >> 1) ^ -i32(folded & 1); }

/// The first of a group is told as a difference from this one, the others from the one before.
constexpr Site origin{0, 0, 0, Site::no_reference};

/// Position and reference are mostly those of the site before: one bit says so.
void encode_site(const Site& site, const Site& before, ByteVector& out) {
    const bool same = site.position == before.position && site.references == before.references;
    write_unsigned_leb128(out, u64(site.cell - before.cell) << 1 | (same ? 0 : 1));
    write_unsigned_leb128(out, fold(i32(site.offset - before.offset)));
    if (same) return;
    write_unsigned_leb128(out, fold(i32(u32(site.position) - u32(before.position))));
    write_unsigned_leb128(out, fold(i32(site.references - before.references)));
}

}  // namespace

void SiteTable::encode(std::span<const Site> sites, ByteVector& out) {
    const size_t start = out.size();
    Header header{u32(sites.size()), 0};
    const size_t groups_start = start + sizeof header + groups_of(header) * sizeof(Group);
    out.resize(groups_start);
    for (u32 n = 0; n < sites.size(); n++) {
        const bool first = n % group_sites == 0;
        if (first) {
            const Group group{sites[n].cell, u32(out.size() - groups_start)};
            std::memcpy(&out[start + sizeof header + n / group_sites * sizeof group], &group,
                        sizeof group);
        }
        encode_site(sites[n], first ? origin : sites[n - 1], out);
    }
    header.bytes = u32(out.size() - groups_start);
    std::memcpy(&out[start], &header, sizeof header);
}

SiteTable::Header SiteTable::header() const {
    Header header{};
    std::memcpy(&header, bytes_, sizeof header);
    return header;
}

u32 SiteTable::groups_of(const Header& header) {
    return (header.sites + group_sites - 1) / group_sites;
}

SiteTable::Group SiteTable::group(u32 index) const {
    Group group{};
    std::memcpy(&group, bytes_ + sizeof(Header) + index * sizeof group, sizeof group);
    return group;
}

u32 SiteTable::find_group(u32 cell) const {
    u32 first = 0;
    u32 count = groups_of(header());
    while (count > 1) {
        const u32 half = count / 2;
        if (group(first + half).cell <= cell) first += half;
        count -= half;
    }
    return first;
}

/// Reads the sites from the first of a group to the last of all.
class SiteTable::Reader {
public:
    Reader(const SiteTable& table, u32 group) : next_(group * group_sites) {
        const Header header = table.header();
        count_ = header.sites;
        if (count_ == 0) return;
        const u32 byte = table.group(group).byte;
        const u8* groups = table.bytes_ + sizeof header + groups_of(header) * sizeof(Group);
        rest_ = {groups + byte, header.bytes - byte};
    }

    bool next(Site& site) {
        if (next_ == count_) return false;
        if (next_++ % group_sites == 0) site = origin;
        const u64 cell = read();
        site.cell += u32(cell >> 1);
        site.offset += u32(unfold(u32(read())));
        if ((cell & 1) == 0) return true;
        site.position = i32(u32(site.position) + u32(unfold(u32(read()))));
        site.references += u32(unfold(u32(read())));
        return true;
    }

private:
    u64 read() {
        const auto value = read_unsigned_leb128(rest_);
        CHECK(value);
        return *value;
    }

    u32 next_;
    u32 count_ = 0;
    Bytes rest_;
};

std::optional<Site> SiteTable::last_before(u32 cell) const {
    Reader reader(*this, find_group(cell));
    std::optional<Site> last;
    for (Site site{}; reader.next(site) && site.cell <= cell;) last = site;
    return last;
}

std::optional<Site> SiteTable::first_from(u32 cell) const {
    // Several sites may be at one cell: the group before may end with them.
    const u32 group = find_group(cell);
    Reader reader(*this, group == 0 ? 0 : group - 1);
    for (Site site{}; reader.next(site);)
        if (site.cell >= cell) return site;
    return std::nullopt;
}

}  // namespace icvm::vm
