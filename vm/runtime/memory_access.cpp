#include <cstring>

#include "vm/runtime/memory_state.hpp"

namespace icvm::vm {

const u8* Memory::readable(u64 address, u64 length) {
    if (is_readable_now(address, length)) return base + address;
    if (!contains(address, length) || !make_present(address, length)) return nullptr;
    return base + address;
}

u8* Memory::writable(u64 address, u64 length) {
    if (is_writable_now(address, length)) return base + address;
    const bool open = tracked_ ? mark(address, length)
                               : contains(address, length) && make_present(address, length);
    return open ? base + address : nullptr;
}

bool Memory::read(u64 address, std::span<u8> out) {
    const u8* const from = readable(address, out.size());
    if (!from) return false;
    if (!out.empty()) std::memcpy(out.data(), from, out.size());
    return true;
}

bool Memory::write(u64 address, Bytes bytes) {
    u8* const to = writable(address, bytes.size());
    if (!to) return false;
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    return true;
}

bool Memory::fill(u64 address, u8 value, u64 length) {
    u8* const to = writable(address, length);
    if (!to) return false;
    if (length) std::memset(to, value, length);
    return true;
}

bool Memory::copy(u64 destination, Memory& from, u64 source, u64 length) {
    if (!contains(destination, length)) return false;
    const u8* const bytes = from.readable(source, length);
    if (!bytes) return false;
    u8* const to = writable(destination, length);
    if (!to) return false;
    if (length) std::memmove(to, bytes, length);
    return true;
}

}  // namespace icvm::vm
