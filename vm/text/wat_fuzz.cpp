/// Any text at all: it becomes a module, or there is a reason and its place. What is a module, from
/// text or as bytes, is printed as text that gives the same bytes again.

#include "vm/base/check.hpp"
#include "vm/binary/decoder.hpp"
#include "vm/text/parser.hpp"
#include "vm/text/printer.hpp"

namespace {

using namespace icvm;
using namespace icvm::vm;

void print_and_parse(const ByteVector& bytes) {
    const auto text = print_module(bytes);
    if (!text) return;
    const auto again = parse_module(*text);
    CHECK(again.has_value());
    CHECK(again->bytes == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size >= 4 && data[0] == 0 && data[1] == 'a') {
        print_and_parse(ByteVector(data, data + size));
        return 0;
    }
    const std::string_view text = text_of(Bytes(data, size));
    const auto parsed = parse_module(text);
    if (!parsed) {
        const Position position = parsed.error().position;
        CHECK(!parsed.error().reason.empty());
        CHECK(position.line >= 1 && position.line <= size + 1 && position.column <= size + 1);
        CHECK(!quote_line(text, position).empty());
        return 0;
    }
    if (decode_module(parsed->bytes)) {
        CHECK(print_module(parsed->bytes).has_value());
        print_and_parse(parsed->bytes);
    }
    for (u32 offset = 0; offset < parsed->bytes.size(); offset += 7) {
        const Position position = position_of(*parsed, offset);
        CHECK(position.line >= 1 && position.line <= size + 1);
    }
    return 0;
}
