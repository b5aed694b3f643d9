/// Any bytes are a hash tree or not. What is one has a hash, answers lookups, and is encoded to
/// bytes that are a tree with the same hash.

#include "replica/crypto/hash_tree.hpp"
#include "vm/base/check.hpp"

using namespace icvm;
using namespace icvm::replica;

namespace {

std::optional<HashTree> tree_of(Bytes bytes) {
    const auto value = cbor::decode(bytes);
    return value ? decode_hash_tree(*value) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto tree = tree_of({data, size});
    if (!tree) return 0;
    (void)is_well_formed(*tree);
    for (const LabelPath& path : {LabelPath{}, LabelPath{{'a'}}, LabelPath{{'a'}, {}, {'b'}}})
        (void)lookup(*tree, path);
    cbor::Writer writer;
    put(writer, *tree);
    const ByteVector bytes = writer.take();
    const auto again = tree_of(bytes);
    CHECK(again && root_hash(*again) == root_hash(*tree));
    return 0;
}
