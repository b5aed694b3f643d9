/// Any text at all: reading it as a script ends, with commands or with a reason and its place.

#include "vm/base/check.hpp"
#include "vm/script/script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace icvm;
    using namespace icvm::vm;
    const std::string_view text = text_of(Bytes(data, size));
    const auto script = parse_script(text);
    if (!script) {
        const Position position = script.error().position;
        CHECK(!script.error().reason.empty());
        CHECK(position.line >= 1 && position.line <= size + 1 && position.column <= size + 1);
        return 0;
    }
    for (const Command& command : *script)
        if (command.module)
            CHECK(command.module->text.size() + command.module->bytes.size() <= size);
    return 0;
}
