#include "replica/state/settings.hpp"

#include <algorithm>

namespace icvm::replica {

namespace {

void encode_principals(RecordWriter& out, const std::vector<Principal>& principals) {
    out.put_u64(principals.size());
    for (const Principal& principal : principals) out.put_principal(principal);
}

std::vector<Principal> decode_principals(RecordReader& in) {
    std::vector<Principal> principals;
    for (u64 n = in.count_field(1); n > 0 && in.ok(); n--)
        principals.push_back(in.principal_field());
    return principals;
}

void encode_visibility(RecordWriter& out, const Visibility& visibility) {
    out.put_u8(u8(visibility.kind));
    encode_principals(out, visibility.viewers);
}

Visibility decode_visibility(RecordReader& in) {
    const u8 kind = in.u8_field();
    if (kind > u8(Visibility::Kind::allowed_viewers)) in.fail();
    return {Visibility::Kind(kind), decode_principals(in)};
}

/// The lengths of a name and a value.
constexpr u64 variable_bytes_min = 2;

}  // namespace

bool Settings::is_controller(const Principal& principal) const {
    return std::ranges::find(controllers, principal) != controllers.end();
}

bool Settings::allows(const Visibility& visibility, const Principal& principal) const {
    if (is_controller(principal) || visibility.kind == Visibility::Kind::everyone) return true;
    return visibility.kind == Visibility::Kind::allowed_viewers &&
           std::ranges::find(visibility.viewers, principal) != visibility.viewers.end();
}

void encode(RecordWriter& out, const Settings& settings) {
    encode_principals(out, settings.controllers);
    out.put_u64(settings.compute_allocation);
    out.put_u64(settings.memory_allocation);
    out.put_u64(settings.freezing_threshold);
    out.put_u128(settings.reserved_cycles_limit);
    out.put_u128(settings.minimum_incoming_canister_call_cycles);
    out.put_u64(settings.wasm_memory_limit);
    out.put_u64(settings.wasm_memory_threshold);
    encode_visibility(out, settings.log_visibility);
    encode_visibility(out, settings.snapshot_visibility);
    encode_visibility(out, settings.status_visibility);
    out.put_u64(settings.log_memory_limit);
    out.put_u64(settings.environment_variables.size());
    for (const auto& [name, value] : settings.environment_variables) {
        out.put_text(name);
        out.put_text(value);
    }
}

Settings decode_settings(RecordReader& in) {
    Settings settings;
    settings.controllers = decode_principals(in);
    settings.compute_allocation = in.u64_field();
    settings.memory_allocation = in.u64_field();
    settings.freezing_threshold = in.u64_field();
    settings.reserved_cycles_limit = in.u128_field();
    settings.minimum_incoming_canister_call_cycles = in.u128_field();
    settings.wasm_memory_limit = in.u64_field();
    settings.wasm_memory_threshold = in.u64_field();
    settings.log_visibility = decode_visibility(in);
    settings.snapshot_visibility = decode_visibility(in);
    settings.status_visibility = decode_visibility(in);
    settings.log_memory_limit = in.u64_field();
    for (u64 n = in.count_field(variable_bytes_min); n > 0 && in.ok(); n--) {
        std::string name = in.text_field();
        settings.environment_variables.emplace(std::move(name), in.text_field());
    }
    return settings;
}

}  // namespace icvm::replica
