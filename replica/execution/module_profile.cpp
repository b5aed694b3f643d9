#include "replica/execution/module_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "replica/execution/features.hpp"
#include "replica/execution/operator_scan.hpp"
#include "replica/execution/refusal.hpp"
#include "replica/system_api/imports.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::replica {

namespace {

using Check = Result<void, ExecutionError>;

// docs/mainnet.md, "Modules".
constexpr u64 code_section_bytes_max = 11 * 1024 * 1024;
constexpr u64 functions_max = 50'000;
constexpr u64 globals_max = 1'000;
constexpr u64 function_operators_max = 1'000'000;
constexpr u64 function_complexity_max = 1'000'000;
constexpr u64 methods_max = 1'000;
constexpr u64 method_name_bytes_max = 20'000;
constexpr u64 custom_sections_max = 16;
constexpr u64 custom_section_bytes_max = 1024 * 1024;
constexpr u64 memory64_pages_max = 6ull * 1024 * 1024 * 1024 / vm::wasm_page_bytes;

constexpr std::string_view method_prefixes[] = {"canister_update", "canister_query",
                                                "canister_composite_query"};
constexpr std::string_view entry_points[] = {
    "canister_init",
    "canister_pre_upgrade",
    "canister_post_upgrade",
    "canister_inspect_message",
    "canister_heartbeat",
    "canister_global_timer",
    "canister_on_low_wasm_memory",
};
constexpr std::string_view reserved_exports[] = {
    "canister counter_instructions",   "canister_start", "canister counter_dirty_pages",
    "canister counter_accessed_pages", "stable_memory",  "stable_memory_bytemap",
};

bool contains(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

template <class... Arguments>
std::unexpected<ExecutionError> refuse(Refusal refusal, const Arguments&... arguments) {
    return std::unexpected(refused(refusal, arguments...));
}

/// "[I32, I32]"
std::string list(const std::vector<vm::ValueType>& types) {
    std::string text;
    for (const vm::ValueType type : types) {
        std::string name = to_string(type);
        if (!name.empty()) name[0] = char(name[0] - 'a' + 'A');
        text += (text.empty() ? "" : ", ") + name;
    }
    return "[" + text + "]";
}

Check check_signature(const vm::FunctionType& expected, std::string_view name,
                      const vm::FunctionType& type) {
    if (type.parameters != expected.parameters)
        return refuse(Refusal::function_signature,
                      fmt::format("Expected input params {} for '{}', got {}.",
                                  list(expected.parameters), name, list(type.parameters)));
    if (type.results != expected.results)
        return refuse(Refusal::function_signature,
                      fmt::format("Expected return type {} for '{}', got {}.",
                                  list(expected.results), name, list(type.results)));
    return {};
}

Check check_body_features(const vm::Module& module, const std::vector<FunctionCount>& functions) {
    for (size_t i = 0; i < functions.size(); i++) {
        if (!functions[i].refused) continue;
        RefusedFeature refused = *functions[i].refused;
        refused.offset += module.functions[i].body.offset;
        return std::unexpected(
            refused_feature(refused, u32(module.imported_functions + i), module));
    }
    return {};
}

Check check_function_import(const vm::Module& module, const vm::Import& import) {
    const ImportRow* row = find_import(import.name, is_memory64(module));
    if (!row)
        return refuse(Refusal::import_section,
                      fmt::format("Module imports function '{}' from '{}' that is not exported by "
                                  "the runtime.",
                                  import.name, import.module));
    if (import.module != "ic0")
        return refuse(Refusal::import_section,
                      fmt::format("Module imports function \"{}\" from \"{}\", expected to be "
                                  "imported from one of [\"ic0\"] instead.",
                                  import.name, import.module));
    return check_signature(type_of(*row, is_memory64(module)), import.name,
                           module.types[import.type_index].function);
}

Check check_imports(const vm::Module& module) {
    for (const vm::Import& import : module.imports) {
        switch (import.kind) {
            case vm::ExternKind::function: TRY(check_function_import(module, import)); break;
            case vm::ExternKind::table:
                if (import.name == "table" && import.module != "env")
                    return refuse(Refusal::import_section,
                                  "Only tables imported from env.table are allowed.");
                break;
            case vm::ExternKind::memory:
                if (import.name == "memory" && import.module != "env")
                    return refuse(Refusal::import_section,
                                  "Only memory imported from env.memory is allowed.");
                break;
            case vm::ExternKind::global:
                return refuse(Refusal::import_section, "Importing globals is not allowed.");
            case vm::ExternKind::tag:
                return refuse(Refusal::import_section, "Importing tags is not allowed.");
        }
    }
    return {};
}

Check check_function_export(const vm::Module& module, const vm::Export& exported) {
    const bool is_method = method_name(exported.name).has_value();
    if (!is_method && !exported.name.starts_with("canister_")) return {};
    if (!is_method && !contains(entry_points, exported.name))
        return refuse(Refusal::export_section,
                      fmt::format("Exporting reserved function '{}' with \"canister_\" prefix",
                                  exported.name));
    return check_signature({}, exported.name, module.function_type(exported.index));
}

Check check_exports(const vm::Module& module) {
    std::set<std::string_view> methods;
    u64 name_bytes = 0;
    for (const vm::Export& exported : module.exports) {
        if (contains(reserved_exports, exported.name))
            return refuse(Refusal::export_section,
                          fmt::format("Exporting reserved symbol {} not allowed.", exported.name));
        if (exported.kind != vm::ExternKind::function) continue;
        if (const auto method = method_name(exported.name)) {
            if (!methods.insert(method->name).second)
                return refuse(Refusal::duplicate_export, method->name);
            name_bytes += method->name.size();
        }
        TRY(check_function_export(module, exported));
    }
    if (methods.size() > methods_max)
        return refuse(Refusal::too_many_exports, methods.size(), methods_max);
    if (name_bytes > method_name_bytes_max)
        return refuse(Refusal::export_names_too_long, name_bytes, method_name_bytes_max);
    return {};
}

Check check_data(const vm::Module& module) {
    const bool wide = is_memory64(module);
    for (const vm::DataSegment& segment : module.data) {
        if (segment.mode != vm::SegmentMode::active) continue;
        if (!is_constant(module.content(segment.memory_offset),
                         wide ? vm::Opcode::i64_const : vm::Opcode::i32_const))
            return refuse(Refusal::data_section,
                          fmt::format("Invalid offset expression in data segment for {}bit memory: "
                                      "it is not one constant",
                                      wide ? 64 : 32));
    }
    return {};
}

Check check_globals(const vm::Module& module) {
    if (module.globals.size() > globals_max)
        return refuse(Refusal::too_many_globals, module.globals.size(), globals_max);
    for (const vm::Global& global : module.globals)
        if (!global.type.value.is_number() && global.type.value != vm::types::v128)
            return refuse(Refusal::global_section,
                          fmt::format("Unsupported global type: {}", to_string(global.type.value)));
    return {};
}

Check check_sizes(const vm::Module& module) {
    if (module.functions.size() > functions_max)
        return refuse(Refusal::too_many_functions, module.functions.size(), functions_max);
    for (const vm::MemoryType& memory : module.memory_types)
        if (memory.limits.address_type == vm::AddressType::i64 &&
            memory.limits.minimum > memory64_pages_max)
            return refuse(Refusal::initial_memory64, memory.limits.minimum, memory64_pages_max);
    return {};
}

std::vector<FunctionCount> count_functions(const vm::Module& module) {
    const bool memory64 = is_memory64(module);
    std::vector<FunctionCount> counts;
    counts.reserve(module.functions.size());
    for (const vm::Function& function : module.functions)
        counts.push_back(count_operators(module.content(function.body), memory64));
    return counts;
}

/// Their operators after instrumentation, summed up.
Result<u64, ExecutionError> check_functions(const vm::Module& module,
                                            const std::vector<FunctionCount>& functions) {
    u64 instrumented = 0;
    size_t index = module.imported_functions;
    for (const FunctionCount& count : functions) {
        if (!count.unsupported.empty())
            return refuse(Refusal::unsupported_instruction, index, count.unsupported);
        if (count.complexity > function_complexity_max)
            return refuse(Refusal::function_too_complex, index, count.complexity,
                          function_complexity_max);
        if (count.operators > function_operators_max)
            return refuse(Refusal::function_too_large, index, count.operators,
                          function_operators_max);
        instrumented += count.instrumented;
        index++;
    }
    return instrumented;
}

Check check_section_scope(std::string_view section) {
    if (section == "icp:public" || section == "icp:private")
        return refuse(Refusal::custom_section,
                      "'icp:' section names must have a space after the public/private scope");
    if (section.starts_with("icp:") && !metadata_name(section))
        return refuse(Refusal::custom_section,
                      fmt::format("Invalid custom section: Custom section '{}' has no "
                                  "public/private scope defined.",
                                  section));
    return {};
}

Check check_custom_sections(const vm::Module& module) {
    std::set<std::string_view> names;
    u64 bytes = 0;
    for (const vm::CustomSection& section : module.custom_sections) {
        TRY(check_section_scope(section.name));
        const auto name = metadata_name(section.name);
        if (!name) continue;
        if (!names.insert(*name).second)
            return refuse(Refusal::custom_section,
                          fmt::format("Invalid custom section: name {} already exists", *name));
        bytes += name->size() + section.content.size;
        if (bytes > custom_section_bytes_max)
            return refuse(
                Refusal::custom_section,
                fmt::format("Invalid custom sections: total size of the custom sections "
                            "exceeds the maximum allowed: size {} bytes, allowed {} bytes",
                            bytes, custom_section_bytes_max));
        if (names.size() > custom_sections_max)
            return refuse(Refusal::too_many_custom_sections, names.size(), custom_sections_max);
    }
    return {};
}

// The instrumentation makes the first heap image from the active segments.
Check check_data_bounds(const vm::Module& module) {
    for (const vm::DataSegment& segment : module.data) {
        if (segment.mode != vm::SegmentMode::active) continue;
        Bytes offset = module.content(segment.memory_offset).subspan(1);
        const i64 constant = read_signed_leb128(offset).value_or(0);
        const u64 start = is_memory64(module) ? u64(constant) : u32(constant);
        const u64 size = module.memory_types.empty()
                             ? 0
                             : module.memory_types[0].limits.minimum * vm::wasm_page_bytes;
        if (start > size || segment.content.size > size - start)
            return std::unexpected(not_instrumentable(
                fmt::format("Wasm module has invalid data segment of {} bytes at {}",
                            segment.content.size, start)));
    }
    return {};
}

}  // namespace

std::optional<std::string_view> metadata_name(std::string_view section) {
    for (const std::string_view scope : {"icp:public ", "icp:private "})
        if (section.starts_with(scope)) return section.substr(scope.size());
    return std::nullopt;
}

std::optional<MethodName> method_name(std::string_view exported) {
    const size_t space = exported.find(' ');
    if (space == exported.npos || !contains(method_prefixes, exported.substr(0, space)))
        return std::nullopt;
    return MethodName{exported.substr(0, space), exported.substr(space + 1)};
}

bool is_memory64(const vm::Module& module) {
    return !module.memory_types.empty() &&
           module.memory_types[0].limits.address_type == vm::AddressType::i64;
}

Check check_code_section(const vm::Module& module) {
    const u64 size = module.code_section.size;
    if (size > code_section_bytes_max)
        return refuse(Refusal::code_section_too_large, size, code_section_bytes_max);
    return {};
}

Check check_features(const vm::Module& module) {
    if (const auto refused = find_refused_feature(module))
        return std::unexpected(refused_feature(*refused, std::nullopt, module));
    return {};
}

Result<u64, ExecutionError> check_profile(const vm::Module& module) {
    const std::vector<FunctionCount> functions = count_functions(module);
    TRY(check_body_features(module, functions));
    TRY(check_imports(module));
    TRY(check_exports(module));
    TRY(check_data(module));
    TRY(check_globals(module));
    TRY(check_sizes(module));
    const u64 instrumented = TRY(check_functions(module, functions));
    TRY(check_custom_sections(module));
    TRY(check_data_bounds(module));
    return instrumented;
}

}  // namespace icvm::replica
