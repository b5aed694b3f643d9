#include "vm/exec/extern_description.hpp"

namespace icvm::vm {

namespace {

/// Names of longer lists of types are cut.
constexpr size_t types_shown_max = 20;

/// Writes types, which are closed, for the reader of one module.
class Description {
public:
    explicit Description(const ClosedTypes& types) : types_(types) {}

    std::string of(ValueType type) const {
        const HeapType heap = type.heap_type();
        if (!type.is_reference() || !heap.is_index()) return to_string(type);
        return (type.is_nullable() ? "(ref null " : "(ref ") +
               of(runtime_type(TypeNumber(heap.index()))) + ")";
    }

    std::string of_function(const char* what, const RuntimeType& type) const {
        return "(" + (what + of("param", type.function.parameters)) +
               of("result", type.function.results) + ")";
    }

    std::string of(const TableType& table, ValueType element, u64 size) const {
        return "(table" + of(table.limits, size) + " " + of(element) + ")";
    }

    std::string of(const MemoryType& memory, u64 size) const {
        std::string text = "(memory" + of(memory.limits, size);
        if (memory.page_bytes_log2 != 16)
            text += " (pagesize " + std::to_string(u64(1) << memory.page_bytes_log2) + ")";
        return text + (memory.shared ? " shared)" : ")");
    }

    std::string of(const GlobalType& global, ValueType value) const {
        return global.is_mutable ? "(global (mut " + of(value) + "))"
                                 : "(global " + of(value) + ")";
    }

private:
    std::string of(const RuntimeType& type) const {
        for (u32 i = 0; i < types_.size(); i++)
            if (&types_[i] == &type) return std::to_string(i);
        switch (type.kind) {
            case CompositeKind::function: return "(func …)";
            case CompositeKind::structure: return "(struct …)";
            case CompositeKind::array: return "(array …)";
        }
        return {};
    }

    std::string of(const char* what, const std::vector<ValueType>& list) const {
        if (list.empty()) return {};
        std::string text = std::string(" (") + what;
        for (size_t i = 0; i < list.size() && i < types_shown_max; i++) text += " " + of(list[i]);
        return text + (list.size() > types_shown_max ? " …)" : ")");
    }

    /// `minimum`: of what is there, its size.
    static std::string of(const Limits& limits, u64 minimum) {
        std::string text = limits.address_type == AddressType::i64 ? " i64 " : " ";
        text += std::to_string(minimum);
        return limits.has_maximum ? text + " " + std::to_string(limits.maximum) : text;
    }

    const ClosedTypes& types_;
};

}  // namespace

std::string description_of(const Import& import, const ClosedTypes& types) {
    const Description description(types);
    switch (import.kind) {
        case ExternKind::function: return description.of_function("func", types[import.type_index]);
        case ExternKind::table:
            return description.of(import.table, types.close(import.table.element),
                                  import.table.limits.minimum);
        case ExternKind::memory: return description.of(import.memory, import.memory.limits.minimum);
        case ExternKind::global:
            return description.of(import.global, types.close(import.global.value));
        case ExternKind::tag: return description.of_function("tag", types[import.type_index]);
    }
    return {};
}

std::string description_of(const Extern& given, const ClosedTypes& types) {
    const Description description(types);
    switch (ExternKind(given.index())) {
        case ExternKind::function:
            return description.of_function("func",
                                           *std::get<FunctionInstance*>(given)->runtime_type);
        case ExternKind::table: {
            const TableInstance& table = *std::get<TableInstance*>(given);
            return description.of(table.type, table.type.element, table.size);
        }
        case ExternKind::memory: {
            const Memory& memory = *std::get<Memory*>(given);
            return description.of(memory.type(), memory.size());
        }
        case ExternKind::global: {
            const GlobalType& type = std::get<GlobalInstance*>(given)->type;
            return description.of(type, type.value);
        }
        case ExternKind::tag:
            return description.of_function("tag", *std::get<TagInstance*>(given)->type);
    }
    return {};
}

}  // namespace icvm::vm
