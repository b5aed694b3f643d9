#include "vm/wasm/types.hpp"

namespace icvm::vm {

std::string to_string(ValueType type) {
    switch (type.code()) {
        case 0x7F: return "i32";
        case 0x7E: return "i64";
        case 0x7D: return "f32";
        case 0x7C: return "f64";
        case 0x7B: return "v128";
        case 0x70: return "funcref";
        case 0x6F: return "externref";
        default: return "unknown";
    }
}

static std::string to_string(const std::vector<ValueType>& list) {
    std::string text = "(";
    for (size_t i = 0; i < list.size(); i++) {
        if (i != 0) text += ", ";
        text += to_string(list[i]);
    }
    return text + ")";
}

std::string to_string(const FunctionType& type) {
    return to_string(type.parameters) + " -> " + to_string(type.results);
}

}  // namespace icvm::vm
