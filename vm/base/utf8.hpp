#pragma once

#include "vm/base/bytes.hpp"

namespace icvm {

/// Whether `bytes` are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing
/// above U+10FFFF).
inline bool is_utf8(Bytes bytes) {
    size_t i = 0;
    while (i < bytes.size()) {
        const u8 lead = bytes[i++];
        if (lead < 0x80) continue;
        if (lead < 0xC2 || lead > 0xF4) return false;
        const size_t trailing = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        if (bytes.size() - i < trailing) return false;
        // The second byte has a narrower range after some lead bytes.
        const u8 low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const u8 high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (bytes[i] < low || bytes[i] > high) return false;
        for (size_t k = 1; k < trailing; k++)
            if ((bytes[i + k] & 0xC0) != 0x80) return false;
        i += trailing;
    }
    return true;
}

}  // namespace icvm
