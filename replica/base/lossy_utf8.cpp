#include "replica/base/lossy_utf8.hpp"

namespace icvm::replica {

namespace {

/// How many bytes at the front of `bytes` are one well-formed character; 0: none. `bad` gets the
/// length of the maximal part that is not.
size_t character(Bytes bytes, size_t& bad) {
    const u8 lead = bytes[0];
    bad = 1;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    for (; bad < length; bad++) {
        if (bad >= bytes.size()) return 0;
        u8 low = 0x80, high = 0xBF;
        if (bad == 1 && lead == 0xE0) low = 0xA0;
        if (bad == 1 && lead == 0xED) high = 0x9F;
        if (bad == 1 && lead == 0xF0) low = 0x90;
        if (bad == 1 && lead == 0xF4) high = 0x8F;
        if (bytes[bad] < low || bytes[bad] > high) return 0;
    }
    return length;
}

}  // namespace

std::string lossy_utf8(Bytes bytes) {
    std::string text;
    while (!bytes.empty()) {
        size_t bad = 0;
        const size_t good = character(bytes, bad);
        text += good > 0 ? text_of(bytes.first(good)) : std::string_view("\uFFFD");
        bytes = bytes.subspan(good > 0 ? good : bad);
    }
    return text;
}

}  // namespace icvm::replica
