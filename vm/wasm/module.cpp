#include "vm/wasm/module.hpp"

#include <algorithm>

namespace icvm::vm {

const Export* Module::find_export(std::string_view name, ExternKind kind) const {
    const auto found = std::ranges::find_if(
        exports, [&](const Export& item) { return item.kind == kind && item.name == name; });
    return found == exports.end() ? nullptr : &*found;
}

const CustomSection* Module::find_custom_section(std::string_view name) const {
    const auto found = std::ranges::find(custom_sections, name, &CustomSection::name);
    return found == custom_sections.end() ? nullptr : &*found;
}

}  // namespace icvm::vm
