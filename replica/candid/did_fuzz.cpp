/// Any text: it is a description or refused; a description's types print, and take part in
/// encoding and decoding.

#include "replica/candid/candid.hpp"
#include "vm/base/check.hpp"

using namespace icvm;
using namespace icvm::replica::candid;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto service = parse_description(text_of({data, size}));
    if (!service) return 0;
    (void)init_signature(**service);
    if (const auto bytes = encode_arguments("()", service->get(), nullptr))
        CHECK(decode_reply(*bytes, service->get(), nullptr));
    for (const MethodDescription& method : methods(**service)) {
        CHECK(find_method(**service, method.name)->signature == method.signature);
        const auto bytes = encode_arguments("()", service->get(), &method.name);
        if (bytes) CHECK(decode_reply(*bytes, nullptr, nullptr));
        if (bytes) (void)decode_reply(*bytes, service->get(), &method.name);
    }
    return 0;
}
