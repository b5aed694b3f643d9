/// Any bytes: they decode or not; what decodes is printed, read back, encoded and decoded to the
/// same text. Any bytes may be read at any types, too.

#include "replica/candid/did_parser.hpp"
#include "replica/candid/fit.hpp"
#include "replica/candid/printer.hpp"
#include "replica/candid/wire.hpp"
#include "vm/base/check.hpp"

using namespace icvm;
using namespace icvm::replica::candid;

namespace {

constexpr u32 round_trip_values_max = 20'000;

constexpr std::string_view description = R"(
    type List = opt record { head : int; tail : List };
    type Tree = variant { leaf; node : record { Tree; Tree } };
    type Opt = opt Opt;
    type Loop = record { Loop };
    type Callback = func (List, opt Tree) -> (vec Callback) query;
    service : {
        a : () -> (List, vec nat8, opt vec opt nat8, reserved);
        b : () -> (Tree, opt variant { leaf }, Opt);
        c : () -> (opt Callback, opt service { f : Callback }, principal);
        d : () -> (opt opt int, opt Loop, opt record { 0 : opt text; 5 : null });
        e : () -> (opt vec vec null, opt vec int8, opt float32, opt empty);
    })";

void round_trip(const Arguments& arguments) {
    const std::string text = *print_text(arguments.types, arguments.fields, arguments.values, 80);
    CHECK(print_json(arguments.types, arguments.fields, arguments.values));
    Types types = arguments.types;
    TypeNames names;
    const auto literals = parse_literals(text, types, names);
    CHECK(literals);
    const auto values = fit(text, *literals, types, arguments.fields);
    CHECK(values);
    const ByteVector bytes = encode(arguments.types, arguments.fields, *values);
    const auto again = decode(bytes);
    CHECK(again);
    CHECK(*print_text(again->types, again->fields, again->values, 80) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto service = *parse_description(description);
    const Bytes bytes(data, size);
    const auto arguments = decode(bytes);
    if (arguments && arguments->values.size() <= round_trip_values_max) round_trip(*arguments);
    if (!arguments || arguments->values.size() > round_trip_values_max) return 0;
    for (const MethodDescription& method : methods(*service))
        (void)decode_reply(bytes, service.get(), &method.name);
    return 0;
}
