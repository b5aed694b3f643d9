#pragma once

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "replica/store/file.hpp"

namespace icvm::replica {

/// A disk for tests: it fails, or the machine stops, at a chosen call; then what was not synced is
/// lost, kept or torn, sector by sector. As unkind as POSIX allows: names are durable only when
/// their directory was synced, and what a failed sync did not write is never written.
class SimulatedDisk final : public FileSystem {
public:
    static constexpr size_t sector_bytes = 512;

    enum class Fault : u8 {
        none,
        stop,         ///< the machine: this call may be half done, no further one does anything
        io_error,     ///< EIO; a write is half done
        no_space,     ///< ENOSPC of calls that take space, which may be half done; else EIO
        short_count,  ///< of a read or write; other calls succeed
        interrupted,  ///< EINTR of a read or write; other calls succeed
    };

    /// The `call`-th call from now on (1 is the next) has the fault.
    void plan(Fault fault, u64 call) {
        fault_ = fault;
        countdown_ = call;
    }
    /// From now on every call that takes space fails so (ENOSPC, EROFS); 0: none.
    void refuse_writes(int code) { refusal_ = code; }
    /// The disk's size: there is room for no more than that in all files.
    void limit(u64 bytes) { bytes_max_ = bytes; }
    u64 calls() const { return calls_; }
    u64 syncs() const { return syncs_; }
    u64 renames() const { return renames_; }
    u64 written_bytes() const { return written_bytes_; }
    bool stopped() const { return stopped_; }

    /// The machine starts again after a power failure. Seed 0: everything that was not synced is
    /// lost; 1: kept; others: by chance.
    void restart(u64 seed) {
        random_ = seed * 0x9E3779B97F4A7C15 + 1;
        chance_ = seed == 0 ? 0 : seed == 1 ? 100 : 10 + 20 * (seed % 5);
        for (const auto& node : nodes_) settle(*node, seed > 1 && seed % 3 == 0);
        restore_names();
        locked_ = false;
        stopped_ = false;
        fault_ = Fault::none;
    }
    /// The contents of a file as everybody sees them, to look at and to damage.
    ByteVector* contents(const std::string& path) {
        const auto found = names_.find(path);
        return found == names_.end() || !found->second ? nullptr : &found->second->seen;
    }
    void put(const std::string& path, ByteVector bytes) {
        auto node = std::make_shared<Node>();
        node->seen = node->durable = std::move(bytes);
        nodes_.push_back(node);
        names_[path] = durable_names_[path] = node;
    }
    void put_directory(const std::string& path) { names_[path] = durable_names_[path] = nullptr; }

    // FileSystem
    Result<std::unique_ptr<File>, FileError> open(const std::string& path, OpenMode mode) override {
        if (const int code = begin(mode == OpenMode::fresh)) return failed(code);
        auto found = names_.find(path);
        if (found == names_.end()) {
            if (mode == OpenMode::existing) return failed(ENOENT);
            nodes_.push_back(std::make_shared<Node>());
            found = names_.emplace(path, nodes_.back()).first;
            pending_names_.push_back({parent(path), path, found->second, true});
        }
        if (!found->second) return failed(EISDIR);
        if (mode == OpenMode::fresh) change(*found->second, {true, 0, {}});
        return std::make_unique<OpenFile>(*this, found->second);
    }
    Result<void, FileError> rename(const std::string& from, const std::string& to) override {
        if (const int code = begin(true)) return failed(code);
        const auto found = names_.find(from);
        if (found == names_.end()) return failed(ENOENT);
        renames_++;
        names_[to] = found->second;
        pending_names_.push_back({parent(to), to, found->second, true, from});
        names_.erase(from);
        return {};
    }
    Result<void, FileError> remove(const std::string& path) override {
        if (const int code = begin(false)) return failed(code);
        if (names_.erase(path) == 0) return failed(ENOENT);
        pending_names_.push_back({parent(path), path, nullptr, false});
        return {};
    }
    Result<void, FileError> make_directory(const std::string& path) override {
        if (const int code = begin(true)) return failed(code);
        if (names_.contains(path)) return failed(EEXIST);
        names_[path] = nullptr;
        pending_names_.push_back({parent(path), path, nullptr, true});
        return {};
    }
    Result<void, FileError> remove_directory(const std::string& path) override {
        for (const auto& [name, node] : names_)
            if (parent(name) == path) return failed(ENOTEMPTY);
        return remove(path);
    }
    Result<void, FileError> sync_directory(const std::string& path) override {
        if (const int code = begin(false)) return failed(code);
        for (const NameChange& change : pending_names_)
            if (change.directory == path) apply(change);
        std::erase_if(pending_names_,
                      [&](const NameChange& change) { return change.directory == path; });
        return {};
    }
    Result<std::unique_ptr<FileLock>, FileError> lock(const std::string& path, u32) override {
        if (const int code = begin(!names_.contains(path))) return failed(code);
        if (!names_.contains(parent(path))) return failed(ENOENT);
        if (locked_) return failed(EWOULDBLOCK);
        if (!names_.contains(path)) {
            nodes_.push_back(std::make_shared<Node>());
            names_[path] = nodes_.back();
            pending_names_.push_back({parent(path), path, nodes_.back(), true});
        }
        locked_ = true;
        return std::make_unique<Lock>(*this);
    }
    std::optional<u64> lock_holder(const std::string&) override { return 4711; }

private:
    struct Change {
        bool truncate = false;
        u64 offset = 0;
        ByteVector bytes;
    };
    struct Node {
        ByteVector seen, durable;
        std::vector<Change> pending;
    };
    using NodePointer = std::shared_ptr<Node>;
    struct NameChange {
        std::string directory, name;
        NodePointer node;
        bool present = true;
        std::string renamed_from{};
    };
    struct Lock final : FileLock {
        explicit Lock(SimulatedDisk& disk) : disk(disk) {}
        ~Lock() override { disk.locked_ = false; }
        SimulatedDisk& disk;
    };

    class OpenFile final : public File {
    public:
        OpenFile(SimulatedDisk& disk, NodePointer node) : disk_(disk), node_(std::move(node)) {}

        Result<size_t, FileError> read(u64 offset, std::span<u8> out) override {
            if (const int code = disk_.begin(false, true)) return failed(code);
            const size_t size = node_->seen.size();
            size_t count = offset >= size ? 0 : std::min<size_t>(out.size(), size - offset);
            if (disk_.cut_short_ && count > 1) count /= 2;
            if (count > 0) std::copy_n(node_->seen.begin() + long(offset), count, out.begin());
            return count;
        }
        Result<size_t, FileError> write(u64 offset, Bytes bytes) override {
            int code = disk_.begin(true, true);
            const u64 end = offset + bytes.size();
            if (!code && end > node_->seen.size() && !disk_.has_room(end - node_->seen.size()))
                code = ENOSPC;
            const size_t count = code || disk_.cut_short_ ? bytes.size() / 2 : bytes.size();
            if (code != EINTR && !(code && disk_.stopped_before_))
                disk_.change(*node_, {false, offset, {bytes.begin(), bytes.begin() + long(count)}});
            if (code) return failed(code);
            disk_.written_bytes_ += count;
            return count;
        }
        Result<void, FileError> sync() override {
            const int code = disk_.begin(false);
            if (disk_.stopped_before_ || (code && disk_.stopped_)) return failed(code);
            disk_.syncs_++;
            disk_.chance_ = code ? 50 : 100;
            disk_.flush(*node_, code != 0);
            if (code) return failed(code);
            return {};
        }
        Result<void, FileError> truncate(u64 size) override {
            if (const int code = disk_.begin(false)) return failed(code);
            disk_.change(*node_, {true, size, {}});
            return {};
        }
        Result<void, FileError> allocate(u64 size) override {
            if (const int code = disk_.begin(true)) return failed(code);
            if (!disk_.has_room(size)) return failed(ENOSPC);
            return {};
        }
        Result<u64, FileError> size() override {
            if (const int code = disk_.begin(false)) return failed(code);
            return u64(node_->seen.size());
        }

    private:
        SimulatedDisk& disk_;
        NodePointer node_;
    };

    static std::unexpected<FileError> failed(int code) { return std::unexpected(FileError{code}); }
    static std::string parent(const std::string& path) {
        const size_t slash = path.rfind('/');
        return slash == 0 ? "/" : path.substr(0, slash);
    }

    /// Counts a call; gives its errno, or 0.
    int begin(bool takes_space, bool transfers = false) {
        stopped_before_ = stopped_;
        cut_short_ = false;
        if (stopped_) return EIO;
        calls_++;
        if (takes_space && refusal_) return refusal_;
        if (fault_ == Fault::none || --countdown_ > 0) return 0;
        const Fault fault = std::exchange(fault_, Fault::none);
        switch (fault) {
            case Fault::none: return 0;
            case Fault::stop: stopped_ = true; return EIO;
            case Fault::io_error: return EIO;
            case Fault::no_space: return takes_space ? ENOSPC : EIO;
            case Fault::short_count: cut_short_ = transfers; return 0;
            case Fault::interrupted: return transfers ? EINTR : 0;
        }
        return 0;
    }

    bool has_room(u64 more) const {
        u64 used = 0;
        for (const auto& [name, node] : names_) used += node ? node->seen.size() : 0;
        return used + more <= bytes_max_;
    }

    u64 below(u64 bound) {
        random_ = random_ * 6364136223846793005 + 1442695040888963407;
        return (random_ >> 33) % bound;
    }

    static void apply(ByteVector& to, const Change& change, size_t begin, size_t end) {
        const size_t at = change.offset + begin;
        if (to.size() < change.offset + end) to.resize(change.offset + end);
        std::copy_n(change.bytes.begin() + long(begin), end - begin, to.begin() + long(at));
    }
    void change(Node& node, Change change) {
        if (change.truncate)
            node.seen.resize(change.offset);
        else
            apply(node.seen, change, 0, change.bytes.size());
        node.pending.push_back(std::move(change));
    }
    /// Writes what is pending, each sector by chance.
    void flush(Node& node, bool garbage) {
        for (const Change& change : node.pending) {
            if (change.truncate) {
                if (below(100) < chance_) node.durable.resize(change.offset);
                continue;
            }
            for (size_t at = 0; at < change.bytes.size();) {
                const size_t end = std::min<size_t>(
                    change.bytes.size(), at + sector_bytes - (change.offset + at) % sector_bytes);
                if (below(100) < chance_)
                    apply(node.durable, change, at, end);
                else if (garbage && below(4) == 0 && node.durable.size() >= change.offset + end)
                    std::fill_n(node.durable.begin() + long(change.offset + at), end - at, 0xA5);
                at = end;
            }
        }
        node.pending.clear();
    }
    void settle(Node& node, bool garbage) {
        flush(node, garbage);
        node.seen = node.durable;
    }
    void apply(const NameChange& change) {
        if (!change.renamed_from.empty()) durable_names_.erase(change.renamed_from);
        if (change.present)
            durable_names_[change.name] = change.node;
        else
            durable_names_.erase(change.name);
    }
    /// Of the changes in a directory, the first ones are kept.
    void restore_names() {
        std::map<std::string, bool> ended;
        for (const NameChange& change : pending_names_) {
            bool& over = ended[change.directory];
            over = over || below(100) >= chance_;
            if (!over) apply(change);
        }
        pending_names_.clear();
        names_.clear();
        for (const auto& [name, node] : durable_names_)
            if (parent(name) == "/" || durable_names_.contains(parent(name))) names_[name] = node;
        durable_names_ = names_;
    }

    std::map<std::string, NodePointer> names_, durable_names_;  ///< nullptr: a directory
    std::vector<NodePointer> nodes_;
    std::vector<NameChange> pending_names_;
    u64 calls_ = 0, syncs_ = 0, renames_ = 0, written_bytes_ = 0;
    Fault fault_ = Fault::none;
    u64 countdown_ = 0;
    u64 random_ = 1;
    u64 chance_ = 100;  ///< percent, for a sector or name that was not synced
    bool stopped_ = false, stopped_before_ = false;
    bool cut_short_ = false;
    bool locked_ = false;
    int refusal_ = 0;
    u64 bytes_max_ = ~u64(0) >> 1;
};

}  // namespace icvm::replica
