#include "vm/binary/module_decoder.hpp"

namespace icvm::vm {
namespace {

/// The subsections that we read (Wasm 7.4.1).
constexpr u8 module_subsection = 0;
constexpr u8 function_subsection = 1;

Result<void, ReadError> read_function_names(ByteReader& reader, Module& module) {
    const u32 count = TRY(reader.read_count(~u32(0)));
    std::vector<std::string_view> names(module.function_types.size());
    for (u32 i = 0; i < count; i++) {
        const u32 function = TRY(reader.read_u32());
        const std::string_view name = TRY(reader.read_name());
        if (function < names.size()) names[function] = name;
    }
    module.function_names = std::move(names);
    return {};
}

Result<void, ReadError> read_names(ByteReader reader, Module& module) {
    while (!reader.at_end()) {
        const u8 id = TRY(reader.read_byte());
        const u32 size = TRY(reader.read_u32());
        ByteReader subsection(module.bytes, TRY(reader.read_range(size)));
        if (id == module_subsection) module.module_name = TRY(subsection.read_name());
        if (id == function_subsection) TRY(read_function_names(subsection, module));
    }
    return {};
}

}  // namespace

void decode_names(Module& module) {
    const CustomSection* section = module.find_custom_section("name");
    if (section == nullptr) return;
    // A custom section cannot make a module malformed: what was read before an error stays.
    (void)read_names(ByteReader(module.bytes, section->content), module);
}

}  // namespace icvm::vm
