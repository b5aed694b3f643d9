/// Any text: it is read as values or refused, by itself and at the types of a method; what is
/// encoded decodes.

#include "replica/candid/candid.hpp"
#include "vm/base/check.hpp"

using namespace icvm;
using namespace icvm::replica::candid;

namespace {

constexpr std::string_view description = R"(
    type List = opt record { head : int; tail : List };
    type Tree = variant { leaf; node : record { Tree; Tree } };
    service : {
        a : (List, blob, vec opt nat8, reserved) -> (List, blob, vec opt nat8, reserved);
        b : (opt Tree, opt Tree) -> (opt Tree, opt Tree);
        c : (opt func (nat) -> () query, opt principal) -> (opt func (nat) -> () query, reserved);
        d : (nat, opt int64) -> (int, opt int64);
        e : (float32, opt float64) -> (float32, opt float64);
        f : (nat8, opt nat64, opt int8) -> (nat8);
        g : (text, opt text) -> (text);
        h : (record { a : opt text; b : vec record { nat; bool } }) -> (record { a : opt text });
    })";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto service = *parse_description(description);
    const std::string_view text = text_of({data, size});
    if (const auto bytes = encode_arguments(text, nullptr, nullptr)) {
        CHECK(decode_reply(*bytes, nullptr, nullptr));
        CHECK(decode_reply_json(*bytes, nullptr, nullptr));
    }
    for (const MethodDescription& method : methods(*service)) {
        const auto bytes = encode_arguments(text, service.get(), &method.name);
        if (bytes) CHECK(decode_reply(*bytes, service.get(), &method.name));
    }
    return 0;
}
