#include "vm/wasm/types.hpp"

#include <string_view>

namespace icvm::vm {
namespace {

struct AbstractNames {
    HeapType heap;
    std::string_view name;       ///< "any"
    std::string_view reference;  ///< of the nullable reference: "anyref"
};

constexpr AbstractNames abstract_names[] = {
    {heap_types::any, "any", "anyref"},
    {heap_types::eq, "eq", "eqref"},
    {heap_types::i31, "i31", "i31ref"},
    {heap_types::structure, "struct", "structref"},
    {heap_types::array, "array", "arrayref"},
    {heap_types::none, "none", "nullref"},
    {heap_types::function, "func", "funcref"},
    {heap_types::no_function, "nofunc", "nullfuncref"},
    {heap_types::external, "extern", "externref"},
    {heap_types::no_external, "noextern", "nullexternref"},
    {heap_types::exception, "exn", "exnref"},
    {heap_types::no_exception, "noexn", "nullexnref"},
};

std::string reference_to_string(ValueType type) {
    if (type.is_nullable())
        for (const AbstractNames& names : abstract_names)
            if (names.heap == type.heap_type()) return std::string(names.reference);
    return (type.is_nullable() ? "(ref null " : "(ref ") + to_string(type.heap_type()) + ")";
}

std::string to_string(const std::vector<ValueType>& list) {
    std::string text = "(";
    for (size_t i = 0; i < list.size(); i++) {
        if (i != 0) text += ", ";
        text += to_string(list[i]);
    }
    return text + ")";
}

}  // namespace

std::string to_string(ValueType type) {
    if (type.is_reference()) return reference_to_string(type);
    switch (type.code()) {
        case types::i32.code(): return "i32";
        case types::i64.code(): return "i64";
        case types::f32.code(): return "f32";
        case types::f64.code(): return "f64";
        case types::v128.code(): return "v128";
        case types::i8.code(): return "i8";
        case types::i16.code(): return "i16";
        default: return "unknown";
    }
}

std::string to_string(HeapType type) {
    if (type.is_index()) return std::to_string(type.index());
    for (const AbstractNames& names : abstract_names)
        if (names.heap == type) return std::string(names.name);
    return "bot";
}

std::string to_string(const FunctionType& type) {
    return to_string(type.parameters) + " -> " + to_string(type.results);
}

u32 slots_of(const std::vector<ValueType>& types) {
    u32 slots = 0;
    for (const ValueType type : types) slots += type.slots();
    return slots;
}

}  // namespace icvm::vm
