#include "spec-tests/metering/host.hpp"

#include <fmt/format.h>

#include <cstring>

namespace icvm::metering {

using namespace vm;

namespace {

constexpr u64 stable_pages_max = 64;

/// FNV-1a.
u32 hash_of(std::string_view text) {
    u32 hash = 0x811C'9DC5;
    for (const char c : text) hash = (hash ^ u8(c)) * 0x0100'0193;
    return hash;
}

/// Some functions are free; the others have a part that depends on what they are asked.
i64 fee_of(std::string_view name, const FunctionType& type, const u64* slots) {
    const u32 hash = hash_of(name);
    if (hash % 4 == 0) return 0;
    const bool sized = !type.parameters.empty() && type.parameters[0].is_number();
    return hash % 700 + 1 + (sized ? i64(slots[0] & 63) : 0);
}

std::string show_arguments(const FunctionType& type, const u64* slots) {
    std::string text;
    for (const ValueType parameter : type.parameters) {
        const u64 bits = *slots;
        // Addresses of functions and objects are not the same in both forms.
        text += parameter.is_reference() ? (bits == 0 ? " null" : " reference")
                                         : fmt::format(" {:x}", in_slot(parameter, bits));
        slots += parameter.slots();
    }
    return text;
}

/// What canisters ask for: an argument without values, and names of some length.
Bytes content_of(std::string_view name) {
    static const ByteVector argument{'D', 'I', 'D', 'L', 0, 0};
    static const ByteVector principal{0, 0, 0, 0, 0, 1, 0, 1, 1, 1};
    return name.find("arg_data") != name.npos ? Bytes(argument) : Bytes(principal);
}

}  // namespace

std::vector<Extern> Host::imports(Store& store, const Module& module) {
    std::vector<Extern> list;
    for (const Import& import : module.imports) {
        if (import.kind == ExternKind::global)
            list.push_back(store.add_global(import.global, Value::i32(77)));
        if (import.kind != ExternKind::function) continue;
        Function& function = functions_.emplace_back(
            Function{this, import.name, module.types[import.type_index].function});
        list.push_back(store.add_host_function({function.type, call, &function, import.name}));
    }
    return list;
}

HostOutcome Host::call(void* context, HostCall& call) {
    const Function& function = *static_cast<const Function*>(context);
    HostCounter counter(call);
    const std::string arguments = show_arguments(function.type, call.slots);
    function.host->calls.push_back(
        fmt::format("{} at {}:{}", function.name, counter.value(), arguments));
    const i64 fee = fee_of(function.name, function.type, call.slots);
    if (fee != 0 && counter.pay(fee, call) == HostOutcome::trap) return HostOutcome::trap;
    if (function.name == "performance_counter") {
        call.slots[0] = u64(counter.value());
        return HostOutcome::done;
    }
    call.trap->reason = TrapReason::host;
    if (function.name == "trap") return HostOutcome::trap;
    return function.host->answer(function, call) ? HostOutcome::done : HostOutcome::trap;
}

bool Host::answer(const Function& function, HostCall& call) {
    const std::string_view name = function.name;
    if (name.starts_with("stable")) return answer_stable(function, call);
    if (name.ends_with("_copy")) return copy(call, content_of(name));
    if (name.ends_with("_size")) {
        call.slots[0] = content_of(name).size();
        return true;
    }
    u64* slot = call.slots;
    const u64 asked = call.slots[0] ^ asked_++;
    for (const ValueType result : function.type.results) {
        if (result.is_reference())
            *slot = asked % 3 == 0 ? 0 : references::host(asked % 8);
        else
            *slot = in_slot(result, result == types::i32 ? asked % 256 : asked * 0x9E37'79B1);
        slot += result.slots();
    }
    return true;
}

/// (destination, offset, size)
bool Host::copy(HostCall& call, Bytes content) {
    const u64 offset = call.slots[1], size = call.slots[2];
    if (call.memory == nullptr || offset > content.size() || size > content.size() - offset)
        return false;
    return call.memory->write(call.slots[0], content.subspan(offset, size));
}

bool Host::answer_stable(const Function& function, HostCall& call) {
    const std::string_view name = function.name;
    if (name.ends_with("size")) {
        call.slots[0] = stable_.size() / wasm_page_bytes;
        return true;
    }
    if (name.ends_with("grow")) {
        const u64 old = stable_.size() / wasm_page_bytes;
        const bool fits = call.slots[0] <= stable_pages_max - old;
        if (fits) stable_.resize((old + call.slots[0]) * wasm_page_bytes);
        call.slots[0] = fits ? old : in_slot(function.type.results[0], ~u64(0));
        return true;
    }
    const bool reads =
        name.ends_with("read");  // (destination, offset, size), (offset, source, size)
    const u64 address = call.slots[reads ? 0 : 1], offset = call.slots[reads ? 1 : 0];
    const u64 size = call.slots[2];
    if (call.memory == nullptr || offset > stable_.size() || size > stable_.size() - offset)
        return false;
    if (reads) return call.memory->write(address, Bytes(stable_).subspan(offset, size));
    const u8* source = call.memory->readable(address, size);
    if (source == nullptr) return false;
    std::memcpy(stable_.data() + offset, source, size);
    return true;
}

}  // namespace icvm::metering
