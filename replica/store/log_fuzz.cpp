/// Opens arbitrary bytes as a log. Checksums would stop nearly all of them at the door, so the
/// input may also be the nodes of a state whose checksums are right.

#include <cerrno>
#include <memory>

#include "replica/store/checksum.hpp"
#include "replica/store/codec.hpp"
#include "replica/store/directory.hpp"
#include "replica/store/log_file.hpp"
#include "replica/store/simulated_disk.hpp"

using namespace icvm;
using namespace icvm::replica;

namespace {

/// Reads what a person would, and commits once.
void use(Storage& storage) {
    ByteVector page(vm::page_bytes);
    const auto keys = storage.keys("");
    for (size_t i = 0; keys && i < keys->size() && i < 100; i++) (void)storage.record((*keys)[i]);
    for (const u64 memory : {0, 1, 2, 255}) {
        u64 index = 0;
        for (int i = 0; i < 20; i++) {
            index = storage.next_page(MemoryId(memory), index);
            if (index == ~u64(0)) break;
            (void)storage.read_page(MemoryId(memory), index++, page.data());
        }
    }
    const auto transaction = storage.begin();
    const u64 indices[] = {0, 17, u64(1) << 40};
    const ByteVector ones(3 * vm::page_bytes, 1);
    transaction->put_pages(MemoryId(1), indices, ones);
    transaction->put_record("a", bytes_of("b"));
    (void)transaction->commit();
}

/// A log of one commit. The input is a sequence of nodes: a length, which bytes of it hold
/// references to earlier nodes (so that their checksums can be right), the bytes.
ByteVector log_of_nodes(Bytes input) {
    SimulatedDisk disk;
    const auto file = LogFile::create(disk, "/log", 0);
    CommitImage image;
    CommitMeta meta;
    image.add_page(ByteVector(block_bytes, 1), checksum(ByteVector(block_bytes, 1)));
    meta.behind_header = false;
    const u64 base = (*file)->meta_offset(1, false);
    std::vector<Reference> nodes = {
        {(*file)->page_offset(0), block_bytes, image.page_checksums[0]}};
    FieldReader fields(input);
    while (fields.good() && nodes.size() < 200) {
        ByteVector node;
        put(node, fields.take_bytes(fields.take<u8>()));
        for (u8 count = fields.take<u8>() % 16; count > 0 && fields.good(); count--) {
            const size_t at = fields.take<u8>();
            const Reference& to = nodes[fields.take<u8>() % nodes.size()];
            const bool with_length = fields.take<u8>() % 2;
            ByteVector reference;
            put(reference, to.offset);
            if (with_length) put(reference, to.length);
            put(reference, to.checksum);
            if (at + reference.size() <= node.size())
                std::copy(reference.begin(), reference.end(), node.begin() + long(at));
        }
        nodes.push_back({base + meta.bytes.size(), node.size(), checksum(node)});
        put(meta.bytes, Bytes(node));
    }
    meta.root = nodes.back();
    meta.live_bytes = input.empty() ? 0 : input[0] * 100;
    (void)(*file)->append(image, std::move(meta), false);
    (void)(*file)->seal();
    return *disk.contents("/log");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const Bytes input(data + 1, size - 1);
    ByteVector log(input.begin(), input.end());
    if (data[0] % 2) {
        log = log_of_nodes(input);
    } else if (data[0] % 4) {
        const ByteVector header = encode_file_header();
        log.resize(std::max(log.size(), header.size()));
        std::copy(header.begin(), header.end(), log.begin());
    }
    SimulatedDisk disk;
    disk.put_directory("/state");
    disk.put("/state/log", std::move(log));
    const DirectoryLimits limits{.compaction_bytes_min = 1, .staged_bytes_max = 8192};
    const auto storage = open_directory(disk, "/state", 0, limits);
    if (storage) use(**storage);
    return 0;
}
