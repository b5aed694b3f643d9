#pragma once

/// Small modules for tests, made byte by byte (Wasm 5).

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "replica/system_api/imports.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::replica::test {

/// Instructions.
using Code = ByteVector;

inline Code operator+(Code a, const Code& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

inline Code bytes(std::initializer_list<int> values) {
    Code code;
    for (const int value : values) code.push_back(u8(value));
    return code;
}

inline Code unsigned_leb(u64 value) {
    Code code;
    write_unsigned_leb128(code, value);
    return code;
}

inline Code signed_leb(i64 value) {
    Code code;
    write_signed_leb128(code, value);
    return code;
}

inline Code i32_const(i64 value) { return bytes({0x41}) + signed_leb(i32(value)); }
inline Code i64_const(i64 value) { return bytes({0x42}) + signed_leb(value); }
inline Code call(u32 function) { return bytes({0x10}) + unsigned_leb(function); }
inline Code local_get(u32 local) { return bytes({0x20}) + unsigned_leb(local); }
inline Code local_set(u32 local) { return bytes({0x21}) + unsigned_leb(local); }
inline Code local_tee(u32 local) { return bytes({0x22}) + unsigned_leb(local); }
inline Code global_get(u32 global) { return bytes({0x23}) + unsigned_leb(global); }
inline Code global_set(u32 global) { return bytes({0x24}) + unsigned_leb(global); }
inline Code drop() { return bytes({0x1A}); }
inline Code unreachable() { return bytes({0x00}); }
inline Code i32_load(u32 offset) { return bytes({0x28, 2}) + unsigned_leb(offset); }
inline Code i32_load8_u(u32 offset) { return bytes({0x2D, 0}) + unsigned_leb(offset); }
inline Code i64_load(u32 offset) { return bytes({0x29, 3}) + unsigned_leb(offset); }
inline Code i32_store(u32 offset) { return bytes({0x36, 2}) + unsigned_leb(offset); }
inline Code i64_store(u32 offset) { return bytes({0x37, 3}) + unsigned_leb(offset); }
inline Code i32_store8(u32 offset) { return bytes({0x3A, 0}) + unsigned_leb(offset); }
inline Code i32_add() { return bytes({0x6A}); }
inline Code i32_eq() { return bytes({0x46}); }
inline Code if_then(const Code& then) { return bytes({0x04, 0x40}) + then + bytes({0x0B}); }
inline Code loop_forever() { return bytes({0x03, 0x40, 0x0C, 0x00, 0x0B}); }
inline Code memory_grow() { return bytes({0x40, 0x00}); }

inline Code name(std::string_view text) {
    const Bytes characters = bytes_of(text);
    return unsigned_leb(text.size()) + Code(characters.begin(), characters.end());
}

inline Code section(u8 id, const Code& content) {
    return bytes({id}) + unsigned_leb(content.size()) + content;
}

inline Code custom_section(std::string_view section_name, const Code& content) {
    return section(0, name(section_name) + content);
}

class ModuleBuilder {
public:
    explicit ModuleBuilder(bool memory64 = false) : memory64_(memory64) {}

    bool memory64() const { return memory64_; }
    /// A constant of the width of an address.
    Code address(i64 value) const { return memory64_ ? i64_const(value) : i32_const(value); }

    u32 type(const vm::FunctionType& type) {
        for (u32 i = 0; i < types_.size(); i++)
            if (types_[i] == type) return i;
        types_.push_back(type);
        return u32(types_.size() - 1);
    }
    /// ic0.`call` with its right type.
    u32 import(std::string_view call) {
        const ImportRow* row = find_import(call, memory64_);
        REQUIRE(row != nullptr);
        return import("ic0", call, type_of(*row, memory64_));
    }
    u32 import(std::string_view module, std::string_view field,
               const vm::FunctionType& function_type) {
        REQUIRE(functions_.empty());
        imports_.push_back(name(module) + name(field) + bytes({0}) +
                           unsigned_leb(type(function_type)));
        return imported_functions_++;
    }
    void import_other(const Code& import) { imports_.push_back(import); }
    u32 function(const Code& body, const vm::FunctionType& function_type = {},
                 const Code& locals = bytes({0})) {
        functions_.emplace_back(type(function_type), locals + body + bytes({0x0B}));
        return imported_functions_ + u32(functions_.size()) - 1;
    }
    void export_function(std::string_view exported, u32 index) {
        exports_.push_back(name(exported) + bytes({0}) + unsigned_leb(index));
    }
    void export_other(std::string_view exported, u8 kind, u32 index) {
        exports_.push_back(name(exported) + bytes({kind}) + unsigned_leb(index));
    }
    u32 method(std::string_view exported, const Code& body, const Code& locals = bytes({0})) {
        const u32 index = function(body, {}, locals);
        export_function(exported, index);
        return index;
    }
    void memory(u64 minimum) {
        memories_.push_back(bytes({memory64_ ? 4 : 0}) + unsigned_leb(minimum));
    }
    void memory(u64 minimum, u64 maximum) {
        memories_.push_back(bytes({memory64_ ? 5 : 1}) + unsigned_leb(minimum) +
                            unsigned_leb(maximum));
    }
    void table(const Code& table_type) { tables_.push_back(table_type); }
    u32 global(vm::ValueType value, bool is_mutable, const Code& initializer) {
        globals_.push_back(value_type(value) + bytes({is_mutable}) + initializer + bytes({0x0B}));
        return u32(globals_.size() - 1);
    }
    void start(u32 function_index) { start_ = section(8, unsigned_leb(function_index)); }
    void element(const Code& segment) { elements_.push_back(segment); }
    void data(const Code& offset, std::string_view content) {
        data_.push_back(bytes({0}) + offset + bytes({0x0B}) + name(content));
    }
    void custom(std::string_view section_name, std::string_view content) {
        const Bytes characters = bytes_of(content);
        custom_ =
            custom_ + custom_section(section_name, Code(characters.begin(), characters.end()));
    }

    ByteVector build() const {
        Code module = bytes({0, 'a', 's', 'm', 1, 0, 0, 0});
        std::vector<Code> types, declarations, bodies;
        for (const vm::FunctionType& type : types_)
            types.push_back(bytes({0x60}) + value_types(type.parameters) +
                            value_types(type.results));
        for (const auto& [type_index, body] : functions_) {
            declarations.push_back(unsigned_leb(type_index));
            bodies.push_back(unsigned_leb(body.size()) + body);
        }
        return module + vector_section(1, types) + vector_section(2, imports_) +
               vector_section(3, declarations) + vector_section(4, tables_) +
               vector_section(5, memories_) + vector_section(6, globals_) +
               vector_section(7, exports_) + start_ + vector_section(9, elements_) +
               vector_section(10, bodies) + vector_section(11, data_) + custom_;
    }

private:
    /// Of references, the short form.
    static Code value_type(vm::ValueType type) {
        return bytes({type.is_reference() ? type.heap_type().code() : type.code()});
    }
    static Code value_types(const std::vector<vm::ValueType>& types) {
        Code code = unsigned_leb(types.size());
        for (const vm::ValueType type : types) code = code + value_type(type);
        return code;
    }
    static Code vector_section(u8 id, const std::vector<Code>& elements) {
        if (elements.empty()) return {};
        Code content = unsigned_leb(elements.size());
        for (const Code& element : elements) content = content + element;
        return section(id, content);
    }

    bool memory64_;
    u32 imported_functions_ = 0;
    std::vector<vm::FunctionType> types_;
    std::vector<Code> imports_, tables_, memories_, globals_, exports_, elements_, data_;
    std::vector<std::pair<u32, Code>> functions_;
    Code start_, custom_;
};

}  // namespace icvm::replica::test
