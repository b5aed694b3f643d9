#include "replica/store/memory_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "replica/store/failure.hpp"
#include "replica/store/log_file.hpp"

namespace icvm::replica {
namespace {

constexpr size_t node_front_bytes = 4;
constexpr size_t location_bytes = 16;

/// A node: which entries are present (u16), the level (u8), 0, and their locations.
ByteVector encode(const MemoryNode& node, unsigned level) {
    ByteVector bytes(node_front_bytes);
    u16 present = 0;
    for (unsigned i = 0; i < memory_fanout; i++) {
        if (!node.entries[i]) continue;
        present = u16(present | 1u << i);
        put(bytes, node.entries[i].offset);
        put(bytes, node.entries[i].checksum);
    }
    store_little(bytes.data(), present);
    bytes[2] = u8(level);
    return bytes;
}

u64 encoded_bytes(const MemoryNode& node) {
    return node_front_bytes +
           location_bytes * u64(std::ranges::count_if(
                                node.entries, [](const Location& entry) { return bool(entry); }));
}

/// `bytes` may go on behind the node. Nothing when it is none of that level with that checksum.
std::optional<MemoryNode> decode_memory_node(Bytes bytes, unsigned level, u64 expected) {
    FieldReader fields(bytes);
    const u16 present = fields.take<u16>();
    if (fields.take<u8>() != level || fields.take<u8>() != 0 || present == 0) return std::nullopt;
    const size_t length = node_front_bytes + location_bytes * size_t(std::popcount(present));
    if (length > bytes.size() || checksum(bytes.first(length)) != expected) return std::nullopt;
    MemoryNode node;
    for (unsigned i = 0; i < memory_fanout; i++) {
        if ((present >> i & 1) == 0) continue;
        node.entries[i].offset = fields.take<u64>();
        node.entries[i].checksum = fields.take<u64>();
        if (!node.entries[i]) return std::nullopt;
    }
    return node;
}

unsigned slot_of(u64 index, unsigned level) {
    return unsigned(index >> (memory_fanout_bits * level)) % memory_fanout;
}

bool fits(u64 index, u64 height) {
    return height >= memory_height_max || index >> (memory_fanout_bits * height) == 0;
}

/// The first index of what lies in `slot` of the node of `level` that holds `index`.
u64 first_index(u64 index, unsigned level, unsigned slot) {
    const unsigned shift = memory_fanout_bits * level;
    const u64 below =
        level + 1 == memory_height_max ? ~u64(0) : (u64(1) << (shift + memory_fanout_bits)) - 1;
    return (index & ~below) | u64(slot) << shift;
}

Result<u64, StorageError> next_below(MemoryNodes& nodes, const Location& location, unsigned level,
                                     u64 index) {
    const MemoryNode node = *TRY(nodes.load(location, level));
    const unsigned first = slot_of(index, level);
    for (unsigned slot = first; slot < memory_fanout; slot++) {
        if (!node.entries[slot]) continue;
        const u64 start = slot == first ? index : first_index(index, level, slot);
        if (level == 0) return start;
        const u64 found = TRY(next_below(nodes, node.entries[slot], level - 1, start));
        if (found != no_page) return found;
    }
    return no_page;
}

/// Replaces the nodes on the way to pages that change, from the leaves up.
class MemoryUpdate {
public:
    MemoryUpdate(MemoryNodes& nodes, const MemoryEntry& memory, MetaWriter& writer)
        : nodes_(nodes), memory_(memory), writer_(writer) {}

    /// `spine`: the node lies above the old root, on the way to page 0.
    Result<Location, StorageError> replace(Location old, unsigned level, bool spine,
                                           std::span<const PageChange> changes) {
        MemoryNode node;
        if (spine && level == memory_.height) node.entries[0] = memory_.root;
        if (!spine && old) {
            node = *TRY(nodes_.load(old, level));
            lost(encoded_bytes(node));
        }
        if (spine && level > memory_.height) {
            const auto mine = changes_of(0, level, changes);
            node.entries[0] = TRY(replace({}, level - 1, true, mine));
            changes = changes.subspan(mine.size());
        }
        while (!changes.empty()) {
            const unsigned slot = slot_of(changes.front().index, level);
            const auto mine = changes_of(slot, level, changes);
            if (level == 0)
                set_page(node.entries[slot], mine.front().location);
            else
                node.entries[slot] = TRY(replace(node.entries[slot], level - 1, false, mine));
            changes = changes.subspan(mine.size());
        }
        if (encoded_bytes(node) == node_front_bytes) return Location{};
        const Reference written = writer_.append(encode(node, level));
        live_bytes_ += written.length;
        return Location{written.offset, written.checksum};
    }

    u64 pages_delta() const { return pages_; }
    u64 live_bytes_delta() const { return live_bytes_; }

private:
    static std::span<const PageChange> changes_of(unsigned slot, unsigned level,
                                                  std::span<const PageChange> changes) {
        const auto other = std::ranges::find_if(changes, [&](const PageChange& change) {
            return slot_of(change.index, level) != slot;
        });
        return changes.first(size_t(other - changes.begin()));
    }

    void set_page(Location& entry, const Location& location) {
        if (entry) {
            lost(block_bytes);
            pages_--;
        }
        entry = location;
        if (entry) {
            writer_.gained(block_bytes);
            live_bytes_ += block_bytes;
            pages_++;
        }
    }

    void lost(u64 bytes) {
        writer_.lost(bytes);
        live_bytes_ -= bytes;
    }

    MemoryNodes& nodes_;
    const MemoryEntry& memory_;
    MetaWriter& writer_;
    u64 pages_ = 0, live_bytes_ = 0;  // modulo 2^64
};

}  // namespace

Result<const MemoryNode*, StorageError> MemoryNodes::load(const Location& location,
                                                          unsigned level) {
    if (kept_.empty()) kept_.resize(kept_max);
    auto& place = kept_[location.offset * 0x9E3779B97F4A7C15 >> 54];
    if (!place) place = std::make_unique<Kept>();
    Kept& kept = *place;
    if (kept.location.offset == location.offset && kept.location.checksum == location.checksum &&
        kept.level == level)
        return &kept.node;
    std::array<u8, node_front_bytes + location_bytes * memory_fanout> bytes;
    const size_t count = TRY(log_.read_some(location.offset, bytes));
    const auto node = decode_memory_node(Bytes(bytes).first(count), level, location.checksum);
    if (!node)
        return std::unexpected(
            damaged(log_.path(), fmt::format("at byte {} there is no node of a memory's level {}",
                                             location.offset, level)));
    kept = {location, level, *node};
    return &kept.node;
}

Result<Location, StorageError> find_page(MemoryNodes& nodes, const MemoryEntry& memory, u64 index) {
    if (!fits(index, memory.height)) return Location{};
    Location location = memory.root;
    for (unsigned level = unsigned(memory.height); level-- > 0 && location;)
        location = TRY(nodes.load(location, level))->entries[slot_of(index, level)];
    return location;
}

Result<u64, StorageError> find_next_page(MemoryNodes& nodes, const MemoryEntry& memory, u64 index) {
    if (memory.height == 0 || !fits(index, memory.height)) return no_page;
    return next_below(nodes, memory.root, unsigned(memory.height - 1), index);
}

Result<MemoryEntry, StorageError> updated_memory(MemoryNodes& nodes, const MemoryEntry& memory,
                                                 std::span<const PageChange> changes,
                                                 MetaWriter& writer) {
    while (!changes.empty() && !changes.back().location &&
           !fits(changes.back().index, memory.height))
        changes = changes.first(changes.size() - 1);
    if (changes.empty()) return memory;
    MemoryEntry updated = memory;
    while (!fits(changes.back().index, updated.height) || updated.height == 0) updated.height++;
    MemoryUpdate update(nodes, memory, writer);
    updated.root = TRY(update.replace(memory.root, unsigned(updated.height - 1),
                                      updated.height > memory.height, changes));
    updated.pages += update.pages_delta();
    updated.live_bytes += update.live_bytes_delta();
    if (!updated.root) updated = {};
    return updated;
}

}  // namespace icvm::replica
