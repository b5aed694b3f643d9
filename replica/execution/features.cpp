#include "replica/execution/features.hpp"

#include <algorithm>

#include "replica/execution/operator_scan.hpp"
#include "replica/execution/refusal.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::replica {

namespace {

using vm::HeapType;
using vm::Opcode;
using vm::ValueType;

struct FeatureRow {
    bool is_on;
    std::string_view text;
};

constexpr size_t type_section = 1, import_section = 2, table_section = 4, memory_section = 5,
                 global_section = 6, tag_section = 13;

constexpr bool on = true, off = false;
constexpr FeatureRow rows[] = {
#define FEATURE(id, state, text) {state, text},
#include "replica/execution/features.def"
};

Feature feature_of_prefixed(u16 code) {
    constexpr u16 relaxed = 0xFE00, vector = 0xFD00, bulk = 0xFC00, wide = 0xFC13;
    if (code >= relaxed) return Feature::relaxed_vectors;
    if (code >= vector) return Feature::vectors;
    if (code >= wide) return Feature::wide_arithmetic;
    return code >= bulk ? Feature::basic : Feature::garbage_collection;
}

Feature feature_of_reference(HeapType type, bool is_nullable) {
    using namespace vm::heap_types;
    if (type == exception || type == no_exception) return Feature::exceptions;
    if (type == function || type == external)
        return is_nullable ? Feature::reference_types : Feature::function_references;
    return type.is_index() ? Feature::function_references : Feature::garbage_collection;
}

/// Collects the features that a module needs, up to the first that is off.
class FeatureSearch {
public:
    explicit FeatureSearch(const vm::Module& module) : module_(module) {}

    std::optional<RefusedFeature> search() {
        visit_types();
        visit_imports();
        visit_tables();
        visit_memories();
        at_section(tag_section);
        if (!module_.tags.empty()) need(Feature::exceptions);
        visit_globals();
        visit_elements();
        for (const vm::DataSegment& segment : module_.data)
            if (segment.mode == vm::SegmentMode::active) visit(segment.memory_offset);
        return found_;
    }

private:
    void need(Feature feature) {
        if (!found_ && !is_on(feature)) found_ = {feature, at_};
    }
    /// Its first entry, behind their number; the imports when there is no such section.
    void at_section(size_t section) {
        const auto& offsets = module_.section_offsets;
        at_ = offsets[section] != 0 ? offsets[section] : offsets[import_section];
        const Bytes entries = Bytes(module_.bytes).subspan(at_);
        Bytes behind = entries;
        (void)read_unsigned_leb128(behind, 32);
        at_ += u32(entries.size() - behind.size());
    }
    void visit(ValueType type) { need(feature_of(type)); }

    void visit_types() {
        at_section(type_section);
        for (const vm::DefinedType& type : module_.types) {
            const bool plain = type.kind == vm::CompositeKind::function && type.is_final &&
                               !type.supertype && type.group_size == 1;
            if (!plain) need(Feature::garbage_collection);
            for (const ValueType parameter : type.function.parameters) visit(parameter);
            for (const ValueType result : type.function.results) visit(result);
        }
        if (!found_ && !has_plain_types()) need(Feature::garbage_collection);
    }

    /// Whether no entry of the type section has the form of a group or of a subtype, which say
    /// nothing here. All value types in it take one byte.
    bool has_plain_types() const {
        constexpr u8 function_form = 0x60;
        Bytes bytes = Bytes(module_.bytes).subspan(module_.section_offsets[type_section]);
        const auto skip_types = [&] {
            const auto count = read_unsigned_leb128(bytes, 32);
            if (!count || *count > bytes.size()) return false;
            bytes = bytes.subspan(size_t(*count));
            return true;
        };
        if (module_.section_offsets[type_section] == 0) return true;
        const auto entries = read_unsigned_leb128(bytes, 32);
        for (u64 i = 0; i < entries.value_or(0); i++) {
            if (bytes.empty() || bytes[0] != function_form) return false;
            bytes = bytes.subspan(1);
            if (!skip_types() || !skip_types()) return false;
        }
        return true;
    }

    void visit_imports() {
        for (const vm::Import& import : module_.imports) {
            at_ = import.offset;
            if (import.kind == vm::ExternKind::tag) need(Feature::exceptions);
            if (import.kind == vm::ExternKind::global) visit(import.global.value);
        }
    }

    void visit_tables() {
        at_section(table_section);
        for (const vm::TableType& table : module_.table_types) visit(table.element);
        for (const vm::Table& table : module_.tables)
            if (table.initializer) need(Feature::table_initializers);
    }

    void visit_memories() {
        at_section(memory_section);
        if (module_.memory_types.size() > 1) need(Feature::multiple_memories);
        for (const vm::MemoryType& memory : module_.memory_types) {
            if (memory.shared) need(Feature::shared_memories);
            if (memory.page_bytes_log2 != 16) need(Feature::custom_page_sizes);
        }
    }

    void visit_globals() {
        at_section(global_section);
        for (const vm::Global& global : module_.globals) {
            visit(global.type.value);
            visit(global.initializer);
        }
    }

    void visit_elements() {
        for (const vm::ElementSegment& segment : module_.elements) {
            at_ = segment.offset;
            if (segment.mode == vm::SegmentMode::active) visit(segment.table_offset);
            if (segment.has_expressions) visit(segment.type);
            for (const vm::ConstantExpression& expression : segment.expressions) visit(expression);
        }
    }

    void visit(vm::ConstantExpression expression) {
        if (found_) return;
        at_ = expression.offset;
        const Bytes bytes = module_.content(expression);
        const ConstantShape shape = shape_of_constant(bytes);
        if (shape.refused) need(*shape.refused);
        if (!shape.is_single) need(Feature::extended_constants);
        if (shape.opcode != Opcode::global_get) return;
        Bytes index = bytes.subspan(1);
        if (read_unsigned_leb128(index, 32).value_or(0) >= module_.imported_globals)
            need(Feature::local_constants);
    }

    const vm::Module& module_;
    u32 at_ = 0;  ///< of what is visited
    std::optional<RefusedFeature> found_;
};

}  // namespace

bool is_on(Feature feature) { return rows[size_t(feature)].is_on; }
std::string_view text_of(Feature feature) { return rows[size_t(feature)].text; }

Feature feature_of(Opcode opcode) {
    switch (opcode) {
        case Opcode::throw_:
        case Opcode::throw_ref:
        case Opcode::try_table: return Feature::exceptions;
        case Opcode::call_ref:
        case Opcode::return_call_ref:
        case Opcode::ref_as_non_null:
        case Opcode::br_on_null:
        case Opcode::br_on_non_null: return Feature::function_references;
        case Opcode::ref_eq: return Feature::garbage_collection;
        case Opcode::return_call:
        case Opcode::return_call_indirect: return Feature::tail_calls;
        case Opcode::select_typed:
        case Opcode::ref_null:
        case Opcode::ref_is_null:
        case Opcode::ref_func: return Feature::reference_types;
        default: return u16(opcode) < 0x100 ? Feature::basic : feature_of_prefixed(u16(opcode));
    }
}

Feature feature_of(ValueType type) {
    if (type == vm::types::v128) return Feature::vectors;
    return type.is_reference() ? feature_of_reference(type.heap_type(), type.is_nullable())
                               : Feature::basic;
}

Feature feature_of_type_code(u8 code) {
    if (code == ValueType::nullable_code || code == ValueType::non_nullable_code)
        return Feature::function_references;
    const ValueType type{code};
    if (type.is_number() || type == vm::types::v128) return feature_of(type);
    return feature_of_reference(HeapType::of_code(code), true);
}

ExecutionError refused_feature(const RefusedFeature& refused_feature, std::optional<u32> function,
                               const vm::Module& module) {
    const std::string reason(text_of(refused_feature.feature));
    const auto error = located(vm::Invalid{refused_feature.offset, function, reason}, module);
    ExecutionError refusal = refused(Refusal::engine, to_string(error));
    refusal.module_offset = refused_feature.offset;
    refusal.is_switched_off = true;
    return refusal;
}

std::optional<RefusedFeature> find_refused_feature(const vm::Module& module) {
    return FeatureSearch(module).search();
}

}  // namespace icvm::replica
