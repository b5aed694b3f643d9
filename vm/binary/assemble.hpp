#pragma once

#include <initializer_list>
#include <string_view>

#include "vm/base/bytes.hpp"
#include "vm/base/leb128.hpp"

/// Puts small modules together byte by byte, for tests.
namespace icvm::vm::assemble {

inline ByteVector join(std::initializer_list<ByteVector> parts) {
    ByteVector result;
    for (const ByteVector& part : parts) result.insert(result.end(), part.begin(), part.end());
    return result;
}

/// Content behind its length.
inline ByteVector sized(const ByteVector& content) {
    ByteVector result;
    write_unsigned_leb128(result, content.size());
    return join({result, content});
}

inline ByteVector name(std::string_view text) {
    const Bytes bytes = bytes_of(text);
    return sized(ByteVector(bytes.begin(), bytes.end()));
}

/// A vector of entries: their number, then the entries.
inline ByteVector entries(std::initializer_list<ByteVector> list) {
    ByteVector count;
    write_unsigned_leb128(count, list.size());
    return join({count, join(list)});
}

inline ByteVector section(u8 id, const ByteVector& content) { return join({{id}, sized(content)}); }

inline ByteVector section(u8 id, std::initializer_list<ByteVector> list) {
    return section(id, entries(list));
}

/// A body without locals; `instructions` without the final `end`.
inline ByteVector body(const ByteVector& instructions) {
    return sized(join({{0x00}, instructions, {0x0B}}));
}

inline ByteVector module(std::initializer_list<ByteVector> sections) {
    return join({{0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00}, join(sections)});
}

/// A module with one function of `type` (parameters and results as in the type section, behind
/// 0x60), and sections before and after the code.
inline ByteVector function_module(const ByteVector& type, const ByteVector& code_entry,
                                  const ByteVector& before = {}, const ByteVector& after = {}) {
    return module({section(1, {join({{0x60}, type})}), section(3, {{0x00}}), before,
                   section(10, {code_entry}), after});
}

}  // namespace icvm::vm::assemble
