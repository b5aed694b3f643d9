#include "replica/cycles/cost_schedule.hpp"

#include <algorithm>

#include "replica/cycles/saturating.hpp"

namespace icvm::replica {

namespace {

/// For so many nodes the fees below are meant.
constexpr u64 reference_nodes = 13;

constexpr u128 message_fee = 5'000'000;
constexpr u128 ten_instructions_fee = 10, ten_instructions_fee_memory64 = 20;
constexpr u128 ingress_fee = 1'200'000, ingress_byte_fee = 2'000;
constexpr u128 call_fee = 260'000, call_byte_fee = 1'000;
constexpr u128 create_canister_fee = 500'000'000'000;
constexpr u128 signature_fee = 10'000'000'000;
constexpr u128 gib_second_fee = 127'000;
constexpr u128 compute_percent_second_fee = 10'000'000;

constexpr u128 gib = 1ull << 30;
constexpr u64 seconds_per_day = 24 * 60 * 60;
constexpr u64 reservation_seconds_max = 300'000'000;

/// Of storage that fills a subnet from empty up to there: the price of a GiB rises from 0 at the
/// threshold to `reservation_seconds_max` seconds at the capacity, so half of the last is paid.
u128 reservation_up_to(const CostSchedule& schedule, const StorageSaturation& storage) {
    const u64 threshold = std::min(storage.threshold_bytes, storage.capacity_bytes);
    const u64 usage = std::min(storage.usage_bytes, storage.capacity_bytes);
    const u64 range = storage.capacity_bytes - threshold;
    const u64 above = usage - std::min(usage, threshold);
    if (range == 0) return 0;
    const u64 seconds = u64(u128(reservation_seconds_max) * above / range);
    return schedule.storage(above, seconds / 2);
}

}  // namespace

u128 CostSchedule::scaled(u128 cycles) const {
    return is_free ? 0 : (Saturating(cycles) * nodes).value / reference_nodes;
}

u128 CostSchedule::instructions(u64 count, bool memory64) const {
    const u128 fee = memory64 ? ten_instructions_fee_memory64 : ten_instructions_fee;
    return scaled(fee * count / 10);
}

u128 CostSchedule::execution(u64 instructions, bool memory64) const {
    const u128 fee = memory64 ? ten_instructions_fee_memory64 : ten_instructions_fee;
    return scaled(message_fee + fee * instructions / 10);
}

u128 CostSchedule::callback_prepayment(bool memory64) const {
    return execution(callback_instructions_max, memory64);
}

u128 CostSchedule::ingress(u64 bytes) const {
    return (Saturating(scaled(ingress_fee)) + Saturating(scaled(ingress_byte_fee)) * bytes).value;
}

u128 CostSchedule::request(u64 bytes) const {
    return (Saturating(scaled(call_fee)) + scaled(call_byte_fee * bytes)).value;
}

u128 CostSchedule::response(u64 bytes) const { return scaled(call_byte_fee * bytes); }

u128 CostSchedule::call(u64 bytes, bool memory64) const {
    return (Saturating(request(bytes)) + response_prepayment() + callback_prepayment(memory64))
        .value;
}

u128 CostSchedule::create_canister() const { return scaled(create_canister_fee); }

u128 CostSchedule::signature() const { return scaled(signature_fee); }

u128 CostSchedule::http_request(u64 request_bytes, u64 response_bytes) const {
    if (is_free) return 0;
    const Saturating of_one = Saturating(3'000'000) + Saturating(60'000) * nodes +
                              Saturating(400) * request_bytes + Saturating(800) * response_bytes;
    return (of_one * nodes).value;
}

u128 CostSchedule::http_request(const HttpOutcall& outcall) const {
    return is_free ? 0 : http_outcall_cycles(outcall, nodes);
}

u128 CostSchedule::storage(u64 bytes, u64 seconds) const {
    return scaled((Saturating(gib_second_fee) * bytes * seconds).value / gib);
}

u128 CostSchedule::compute_allocation(u64 percent, u64 seconds) const {
    return scaled((Saturating(compute_percent_second_fee) * seconds * percent).value);
}

// The base fee of 10,000 cycles a second for each canister that holds memory, which was decided in
// May 2026, is not among the fees of October 2025 or of the public price list.
IdleRates CostSchedule::idle_per_day(const Holdings& holdings) const {
    return {.memory = storage(holdings.memory_bytes, seconds_per_day),
            .message_memory = storage(holdings.message_memory_bytes, seconds_per_day),
            .compute = compute_allocation(holdings.compute_percent, seconds_per_day)};
}

u128 CostSchedule::idle_cycles_burned_per_day(const Holdings& holdings) const {
    const IdleRates rates = idle_per_day(holdings);
    return (Saturating(rates.memory) + rates.message_memory + rates.compute).value;
}

u128 CostSchedule::freezing_limit(const Holdings& holdings, u64 threshold_s, u128 reserved) const {
    const u128 burned = idle_charge(idle_cycles_burned_per_day(holdings), threshold_s);
    return (Saturating(burned) - reserved).value;
}

u128 CostSchedule::storage_reservation(u64 bytes, const StorageSaturation& before) const {
    StorageSaturation after = before;
    after.usage_bytes = u64(std::min(u128(before.usage_bytes) + bytes, u128(~u64(0))));
    return (Saturating(reservation_up_to(*this, after)) - reservation_up_to(*this, before)).value;
}

u128 idle_charge(u128 rate_per_day, u64 seconds) {
    return (Saturating(rate_per_day) * seconds).value / seconds_per_day;
}

const CostSchedule* find_cost_schedule(std::string_view name) {
    const auto found = std::ranges::find(cost_schedules, name, &CostSchedule::name);
    return found == std::end(cost_schedules) ? nullptr : found;
}

std::string cycles_text(u128 cycles) {
    std::string text;
    for (int digits = 0; cycles > 0 || digits == 0; digits++, cycles /= 10) {
        if (digits > 0 && digits % 3 == 0) text += '_';
        text += char('0' + int(cycles % 10));
    }
    return {text.rbegin(), text.rend()};
}

}  // namespace icvm::replica
