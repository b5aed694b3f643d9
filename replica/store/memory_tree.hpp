#pragma once

/// Where the pages of one memory are: a radix tree by page index, whose nodes are never changed,
/// only replaced (docs/state-format.md, "Memories").

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "replica/store/meta_writer.hpp"

namespace icvm::replica {

class LogFile;

/// A page or a node in the log. At offset 0: none.
struct Location {
    u64 offset = 0;
    u64 checksum = 0;
    explicit operator bool() const { return offset != 0; }
};

/// What the catalog says of a memory.
struct MemoryEntry {
    Location root;
    u64 height = 0;      ///< levels of nodes: 16^height pages at most
    u64 pages = 0;       ///< present ones
    u64 live_bytes = 0;  ///< of them and their nodes
};

inline constexpr unsigned memory_fanout_bits = 4;
inline constexpr unsigned memory_fanout = 1 << memory_fanout_bits;
inline constexpr u64 memory_height_max = 64 / memory_fanout_bits;
inline constexpr u64 no_page = ~u64(0);

struct MemoryNode {
    std::array<Location, memory_fanout> entries{};  ///< pages on level 0, else nodes one level down
};

/// A page was put, or (location none) became absent.
struct PageChange {
    u64 index = 0;
    Location location;
};

/// Reads nodes and keeps those of late.
class MemoryNodes {
public:
    explicit MemoryNodes(const LogFile& log) : log_(log) {}
    /// The node stays until the next call.
    Result<const MemoryNode*, StorageError> load(const Location& location, unsigned level);

private:
    struct Kept {
        Location location;
        unsigned level = 0;
        MemoryNode node;
    };
    static constexpr size_t kept_max = 1024;

    const LogFile& log_;
    std::vector<std::unique_ptr<Kept>> kept_;
};

/// None when the page is absent.
Result<Location, StorageError> find_page(MemoryNodes& nodes, const MemoryEntry& memory, u64 index);
/// The first page at or after `index` that is present, or no_page.
Result<u64, StorageError> find_next_page(MemoryNodes& nodes, const MemoryEntry& memory, u64 index);
/// The memory after `changes`, which are in the order of their indices, one for each.
Result<MemoryEntry, StorageError> updated_memory(MemoryNodes& nodes, const MemoryEntry& memory,
                                                 std::span<const PageChange> changes,
                                                 MetaWriter& writer);

}  // namespace icvm::replica
