#pragma once

/// Modules for tests, written down in a few lines: instructions in flat text, with the mnemonics of
/// opcode.def. No part of the program.

#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "vm/base/leb128.hpp"
#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

/// Types are written as in opcode.def: operands:results, of i I f F v (and r: funcref).
struct TestFunction {
    std::string type = ":";
    std::string locals;  ///< beside the parameters
    std::string body;    ///< "i32.const 1 drop"; blocks: "block", "loop:i", "if:II:i"
    std::string name;    ///< exported under this name, and in the name section
};

struct TestModule {
    struct Import {
        std::string module;
        std::string name;
        std::string type;
    };
    struct Memory {
        u64 minimum = 1;
        u64 maximum = 0;  ///< 0: none
        bool is64 = false;
    };

    std::vector<std::string> types;  ///< first indices; those of functions follow
    std::vector<Import> imports;
    std::vector<TestFunction> functions;
    std::vector<Memory> memories;
    std::vector<u32> table;  ///< functions in table 0, from index 0
    u32 table_size = 0;
    std::string globals;            ///< mutable, zero
    std::vector<std::string> data;  ///< passive segments

    ByteVector assemble();

private:
    u32 type_index(const std::string& type);
    static u8 value_type(char letter);
    static void write_name(ByteVector& out, const std::string& name);
    static void write_section(ByteVector& out, u8 id, const ByteVector& content);
    void write_body(ByteVector& out, const TestFunction& function);
    void write_instructions(ByteVector& out, const std::string& text);
    static i64 read_number(std::istringstream& in);
    static bool write_vector_immediates(ByteVector& out, std::istringstream& in, Immediate kind);
    void write_immediates(ByteVector& out, std::istringstream& in, Immediate kind, u64 alignment);
    void write_block_type(ByteVector& out, const std::string& type);
    void write_imports(ByteVector& out);
    void write_memories_and_globals(ByteVector& out);
    void write_exports(ByteVector& out);
    void write_code(ByteVector& out);
};

inline u32 TestModule::type_index(const std::string& type) {
    for (size_t i = 0; i < types.size(); i++)
        if (types[i] == type) return u32(i);
    types.push_back(type);
    return u32(types.size() - 1);
}

inline u8 TestModule::value_type(char letter) {
    switch (letter) {
        case 'i': return 0x7F;
        case 'I': return 0x7E;
        case 'f': return 0x7D;
        case 'F': return 0x7C;
        case 'v': return 0x7B;
        default: return 0x70;
    }
}

inline void TestModule::write_name(ByteVector& out, const std::string& name) {
    write_unsigned_leb128(out, name.size());
    out.insert(out.end(), name.begin(), name.end());
}

inline void TestModule::write_section(ByteVector& out, u8 id, const ByteVector& content) {
    if (content.empty()) return;
    out.push_back(id);
    write_unsigned_leb128(out, content.size());
    out.insert(out.end(), content.begin(), content.end());
}

inline void TestModule::write_block_type(ByteVector& out, const std::string& type) {
    if (type.empty())
        out.push_back(0x40);
    else if (type.size() == 1)
        out.push_back(value_type(type[0]));
    else
        write_signed_leb128(out, type_index(type));
}

inline i64 TestModule::read_number(std::istringstream& in) {
    const auto place = in.tellg();
    std::string word;
    if (in >> word && (std::isdigit(u8(word[0])) || word[0] == '-'))
        return word[0] == '-' ? i64(std::stoll(word)) : i64(std::stoull(word));
    in.clear();
    in.seekg(place);
    return 0;
}

inline bool TestModule::write_vector_immediates(ByteVector& out, std::istringstream& in,
                                                Immediate kind) {
    const auto number = [&] { return read_number(in); };
    switch (kind) {
        case Immediate::memory_argument_lane_0:
        case Immediate::memory_argument_lane_1:
        case Immediate::memory_argument_lane_2:
        case Immediate::memory_argument_lane_3: {  // "offset memory lane"
            const u64 offset = u64(number());
            write_unsigned_leb128(out, 0x40);
            write_unsigned_leb128(out, u64(number()));
            write_unsigned_leb128(out, offset);
            out.push_back(u8(number()));
            return true;
        }
        case Immediate::shuffle:
            for (int lane = 0; lane < 16; lane++) out.push_back(u8(number()));
            return true;
        case Immediate::v128:  // low and high half
            for (int half = 0; half < 2; half++) {
                const u64 bits = u64(number());
                const u8* bytes = reinterpret_cast<const u8*>(&bits);
                out.insert(out.end(), bytes, bytes + sizeof bits);
            }
            return true;
        default: return false;
    }
}

inline void TestModule::write_immediates(ByteVector& out, std::istringstream& in, Immediate kind,
                                         u64 alignment) {
    if (write_vector_immediates(out, in, kind)) return;
    const auto number = [&] { return read_number(in); };
    switch (kind) {
        case Immediate::none: return;
        case Immediate::i32:
        case Immediate::i64: return write_signed_leb128(out, number());
        case Immediate::f32:
        case Immediate::f64: {
            f64 wide = 0;
            in >> wide;
            const f32 narrow = f32(wide);
            const size_t size = kind == Immediate::f32 ? 4 : 8;
            const void* from = size == 4 ? static_cast<const void*>(&narrow) : &wide;
            out.resize(out.size() + size);
            std::memcpy(out.data() + out.size() - size, from, size);
            return;
        }
        case Immediate::label_table: {
            std::vector<u64> labels;
            for (const u64 count = u64(number()); labels.size() <= count;)
                labels.push_back(u64(number()));
            write_unsigned_leb128(out, labels.size() - 1);
            for (const u64 label : labels) write_unsigned_leb128(out, label);
            return;
        }
        case Immediate::memory_argument_0:
        case Immediate::memory_argument_1:
        case Immediate::memory_argument_2:
        case Immediate::memory_argument_3:
        case Immediate::memory_argument_4: {  // "offset", or "offset memory"
            const u64 offset = u64(number());
            const u64 memory = u64(number());
            write_unsigned_leb128(out, alignment | (memory != 0 ? 0x40 : 0));
            if (memory != 0) write_unsigned_leb128(out, memory);
            return write_unsigned_leb128(out, offset);
        }
        case Immediate::heap_type: out.push_back(0x70); return;
        case Immediate::type_table:
        case Immediate::table_table:
        case Immediate::element_table:
        case Immediate::memory_memory:
        case Immediate::data_memory: write_unsigned_leb128(out, u64(number())); [[fallthrough]];
        default: write_unsigned_leb128(out, u64(number()));
    }
}

inline void TestModule::write_instructions(ByteVector& out, const std::string& text) {
    static const std::vector<OpcodeRow> rows = {
#define WASM(code, id, text, immediate, signature, cost) \
    {Opcode::id, text, Immediate::immediate, signature, cost},
#include "vm/wasm/opcode.def"
    };
    std::istringstream in(text);
    for (std::string word; in >> word;) {
        const std::string mnemonic = word.substr(0, word.find(':'));
        const OpcodeRow* row = nullptr;
        for (const OpcodeRow& candidate : rows)
            if (candidate.text == mnemonic && candidate.opcode != Opcode::select_typed)
                row = &candidate;
        if (row == nullptr) std::abort();  // a typing error in a test
        const u32 code = u32(row->opcode);
        if (code >= 0x100) out.push_back(u8(code >= 0xFD00 ? 0xFD : code >> 8));
        if (code >= 0xFD00)
            write_unsigned_leb128(out, code - 0xFD00);
        else if (code >= 0x100)
            write_unsigned_leb128(out, code & 0xFF);
        else
            out.push_back(u8(code));
        if (row->immediate == Immediate::block_type)
            write_block_type(out, word == mnemonic ? "" : word.substr(mnemonic.size() + 1));
        else
            write_immediates(out, in, row->immediate,
                             u64(row->immediate) - u64(Immediate::memory_argument_0));
    }
}

inline void TestModule::write_body(ByteVector& out, const TestFunction& function) {
    ByteVector body;
    write_unsigned_leb128(body, function.locals.size());
    for (const char local : function.locals) {
        body.push_back(1);
        body.push_back(value_type(local));
    }
    write_instructions(body, function.body);
    body.push_back(0x0B);
    write_unsigned_leb128(out, body.size());
    out.insert(out.end(), body.begin(), body.end());
}

inline void TestModule::write_imports(ByteVector& out) {
    if (imports.empty()) return;
    write_unsigned_leb128(out, imports.size());
    for (const Import& import : imports) {
        write_name(out, import.module);
        write_name(out, import.name);
        out.push_back(0);
        write_unsigned_leb128(out, type_index(import.type));
    }
}

inline void TestModule::write_memories_and_globals(ByteVector& out) {
    ByteVector content;
    if (!memories.empty()) write_unsigned_leb128(content, memories.size());
    for (const Memory& memory : memories) {
        content.push_back(u8((memory.maximum != 0 ? 1 : 0) | (memory.is64 ? 4 : 0)));
        write_unsigned_leb128(content, memory.minimum);
        if (memory.maximum != 0) write_unsigned_leb128(content, memory.maximum);
    }
    write_section(out, 5, content);
    content.clear();
    if (!globals.empty()) write_unsigned_leb128(content, globals.size());
    for (const char global : globals) {
        content.push_back(value_type(global));
        content.push_back(1);
        const std::string zero = global == 'i'   ? "i32.const 0"
                                 : global == 'I' ? "i64.const 0"
                                 : global == 'f' ? "f32.const 0"
                                 : global == 'v' ? "v128.const 0 0"
                                                 : "f64.const 0";
        write_instructions(content, zero);
        content.push_back(0x0B);
    }
    write_section(out, 6, content);
}

inline void TestModule::write_exports(ByteVector& out) {
    ByteVector content;
    u32 count = 0;
    ByteVector exports;
    for (size_t i = 0; i < functions.size(); i++) {
        if (functions[i].name.empty()) continue;
        count++;
        write_name(exports, functions[i].name);
        exports.push_back(0);
        write_unsigned_leb128(exports, imports.size() + i);
    }
    write_unsigned_leb128(content, count);
    content.insert(content.end(), exports.begin(), exports.end());
    write_section(out, 7, content);
    if (table.empty()) return;
    content = {1, 0, 0x41, 0, 0x0B};
    write_unsigned_leb128(content, table.size());
    for (const u32 function : table) write_unsigned_leb128(content, function);
    write_section(out, 9, content);
}

inline void TestModule::write_code(ByteVector& out) {
    ByteVector content;
    if (!data.empty()) write_unsigned_leb128(content, data.size());
    write_section(out, 12, content);
    content.clear();
    write_unsigned_leb128(content, functions.size());
    for (const TestFunction& function : functions) write_body(content, function);
    write_section(out, 10, content);
    content.clear();
    if (!data.empty()) write_unsigned_leb128(content, data.size());
    for (const std::string& segment : data) {
        content.push_back(1);
        write_name(content, segment);
    }
    write_section(out, 11, content);
}

inline ByteVector TestModule::assemble() {
    ByteVector rest;
    ByteVector content;
    write_imports(content);
    write_section(rest, 2, content);
    content.clear();
    write_unsigned_leb128(content, functions.size());
    for (const TestFunction& function : functions)
        write_unsigned_leb128(content, type_index(function.type));
    write_section(rest, 3, content);
    if (table_size != 0) {
        content = {1, 0x70, 0};
        write_unsigned_leb128(content, table_size);
        write_section(rest, 4, content);
    }
    write_memories_and_globals(rest);
    write_exports(rest);
    write_code(rest);  // may add types, by its blocks

    content.clear();
    write_unsigned_leb128(content, types.size());
    for (const std::string& type : types) {
        const size_t colon = type.find(':');
        content.push_back(0x60);
        for (const std::string& part : {type.substr(0, colon), type.substr(colon + 1)}) {
            write_unsigned_leb128(content, part.size());
            for (const char letter : part) content.push_back(value_type(letter));
        }
    }
    ByteVector module = {0, 'a', 's', 'm', 1, 0, 0, 0};
    write_section(module, 1, content);
    module.insert(module.end(), rest.begin(), rest.end());
    return module;
}

}  // namespace icvm::vm
