#pragma once

#include <string>
#include <string_view>

#include "vm/base/bytes.hpp"

/// Literals as the printer writes them (Wasm 6.3).

namespace icvm::vm {

/// Whether `$name` is an identifier without quotes.
bool is_plain_identifier(std::string_view name);

/// A string that holds `name`, which is UTF-8: what can be seen stands for itself.
void append_quoted_name(std::string& out, std::string_view name);
/// A string that holds `bytes`: printable ASCII stands for itself.
void append_quoted_bytes(std::string& out, Bytes bytes);

/// The shortest decimal number that reads back as the same bits; "inf", "nan:0x…".
std::string float_text(u32 bits);
std::string double_text(u64 bits);

}  // namespace icvm::vm
