#include "replica/system_api/imports.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "replica/system_api/system_call.hpp"

namespace icvm::replica {

namespace {

constexpr u32 bit(Context context) { return 1u << u32(context); }

// The letters of the Interface spec, "Overview of imports".
constexpr u32 s = bit(Context::start), I = bit(Context::init), G = bit(Context::pre_upgrade),
              U = bit(Context::update), RQ = bit(Context::replicated_query),
              NRQ = bit(Context::non_replicated_query), TQ = bit(Context::transform),
              CQ = bit(Context::composite_query), Ry = bit(Context::reply_callback),
              Rt = bit(Context::reject_callback), CRy = bit(Context::composite_reply_callback),
              CRt = bit(Context::composite_reject_callback), C = bit(Context::cleanup),
              CC = bit(Context::composite_cleanup), F = bit(Context::inspect_message),
              T = bit(Context::heartbeat) | bit(Context::global_timer) |
                  bit(Context::on_low_wasm_memory);
constexpr u32 all = I | G | U | RQ | NRQ | TQ | CQ | Ry | Rt | CRy | CRt | C | CC | F | T;
constexpr u32 any = all | s;
constexpr int none = ImportRow::size_none, call_new_sizes = ImportRow::size_call_new;

bool is_wide(char letter, bool memory64) { return letter == 'l' || (letter == 'p' && memory64); }

u64 saturating_add(u64 a, u64 b) {
    return a > std::numeric_limits<u64>::max() - b ? std::numeric_limits<u64>::max() : a + b;
}

u64 saturating_multiply(u64 a, u64 b) {
    return b != 0 && a > std::numeric_limits<u64>::max() / b ? std::numeric_limits<u64>::max()
                                                             : a * b;
}

/// The rows without what they do: known to the compiler when it makes enter().
constexpr ImportRow declared[] = {
#define IMPORT(name, signature, contexts, fee, fee_per_byte, size) \
    {#name, signature, contexts, fee, fee_per_byte, size, false, nullptr},
#define IMPORT32(name, signature, contexts, fee, fee_per_byte, size) \
    {#name, signature, contexts, fee, fee_per_byte, size, true, nullptr},
#include "replica/system_api/imports.def"
};

template <size_t index>
u64 fee_of(const SystemCall& call) {
    constexpr const ImportRow& row = declared[index];
    if constexpr (row.size == none) return row.fee;
    u64 bytes = 0;
    if constexpr (row.size == call_new_sizes)
        bytes = saturating_add(call[1], call[3]);
    else if constexpr (row.size != none)
        bytes = call[size_t(row.size)];
    return saturating_add(row.fee, saturating_multiply(bytes, row.fee_per_byte));
}

template <size_t index>
void read_arguments(SystemCall& call) {
    constexpr std::string_view signature = declared[index].signature;
    for (size_t i = 0; signature[i] != ':'; i++) {
        const u64 slot = call.host.slots[i];
        call.arguments[i] = is_wide(signature[i], call.execution.memory64) ? slot : u32(slot);
    }
}

vm::HostOutcome trap(SystemCall& call, ExecutionError error) {
    call.host.trap->reason = vm::TrapReason::host;
    call.host.trap->message = error.text;
    call.host.trap->host_code = u32(error.code);
    call.execution.error = std::move(error);
    return vm::HostOutcome::trap;
}

/// Fee, context, and only then what the call checks (docs/metering.md, "System API fees").
template <CallResult (*function)(SystemCall&), size_t index>
vm::HostOutcome enter(void* running, vm::HostCall& host) {
    constexpr const ImportRow& row = declared[index];
    ExecutionContext& execution = **static_cast<ExecutionContext**>(running);
    SystemCall call{.row = row, .execution = execution, .host = host};
    read_arguments<index>(call);
    if (row.fee > 0 && !host.budget->charge(fee_of<index>(call))) [[unlikely]]
        return trap(call, call.out_of_budget());
    if (!(row.contexts & bit(execution.context))) [[unlikely]]
        return trap(call, call.wrong_mode());
    CallResult result = function(call);
    if (!result) [[unlikely]]
        return trap(call, std::move(result.error()));
    if constexpr (row.signature.back() != ':') host.slots[0] = *result;
    return vm::HostOutcome::done;
}

enum class Index : size_t {
#define IMPORT(name, ...) name,
#include "replica/system_api/imports.def"
};

constexpr ImportRow with_body(ImportRow row, decltype(ImportRow::body) body) {
    row.body = body;
    return row;
}

constexpr ImportRow rows[] = {
#define IMPORT(name, ...) \
    with_body(declared[size_t(Index::name)], enter<calls::name, size_t(Index::name)>),
#include "replica/system_api/imports.def"
};

}  // namespace

std::span<const ImportRow> import_rows() { return rows; }

const ImportRow* find_import(std::string_view name, bool memory64) {
    const auto found = std::ranges::find_if(
        rows, [&](const ImportRow& row) { return row.name == name && !(row.only_32 && memory64); });
    return found == std::end(rows) ? nullptr : &*found;
}

vm::FunctionType type_of(const ImportRow& row, bool memory64) {
    vm::FunctionType type;
    bool results = false;
    for (const char letter : row.signature) {
        if (letter == ':') {
            results = true;
            continue;
        }
        (results ? type.results : type.parameters)
            .push_back(is_wide(letter, memory64) ? vm::types::i64 : vm::types::i32);
    }
    return type;
}

}  // namespace icvm::replica
