/// Any bytes are decoded, or refused with a reason and a place. What is decoded is written in its
/// shortest form, which is decoded again and written to the same bytes.

#include "replica/codec/cbor.hpp"
#include "vm/base/check.hpp"

using namespace icvm;
using namespace icvm::replica;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto value = cbor::decode({data, size});
    if (!value) {
        CHECK(value.error().offset <= size && !value.error().reason.empty());
        return 0;
    }
    cbor::Writer writer;
    writer.put(*value);
    const ByteVector shortest = writer.take();
    const auto again = cbor::decode(shortest);
    CHECK(again);
    writer.put(*again);
    CHECK(writer.take() == shortest);
    return 0;
}
