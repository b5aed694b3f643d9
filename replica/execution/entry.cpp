#include "replica/execution/entry.hpp"

#include <algorithm>
#include <cstring>

#include "replica/execution/memory_limits.hpp"

namespace icvm::replica {

namespace {

bool keeps_state(Context context) {
    return in_replicated_execution(context) && context != Context::replicated_query;
}

}  // namespace

Result<std::unique_ptr<Entry>, Failure> Entry::make(Subnet& subnet, const Canister& canister,
                                                    Context context) {
    auto module = TRY(subnet.module_of(canister));
    Heap& heap = *TRY(subnet.heap_of(canister, *module));
    return std::make_unique<Entry>(subnet, canister, std::move(module), heap, context);
}

Entry::Entry(Subnet& subnet, const Canister& canister, std::shared_ptr<const CanisterModule> module,
             Heap& heap, Context mode)
    : subnet_(subnet),
      canister_(canister),
      module_(std::move(module)),
      heap_(heap),
      stable_(subnet.storage(), canister.code->stable, canister.code->stable_pages) {
    heap_.users++;
    context.context = mode;
    context.canister = &canister;
    context.time_ns = subnet.time_ns();
    context.stable = &stable_;
    context.schedule = &subnet.schedule();
    context.environment = &canister.settings.environment_variables;
    context.ask_memory_room = [this] { return subnet_.memory_room(context.context); };
    context.message_room = subnet.message_room(canister);
}

Entry::~Entry() { heap_.users--; }

const std::vector<vm::Value>& Entry::globals() const {
    return has_run_ ? result_.globals : canister_.code->globals;
}

Result<void, Failure> Entry::run(std::string_view function, u64 instructions_max) {
    return run({.module = *module_,
                .heap = heap_,
                .globals = globals(),
                .context = context,
                .function = function,
                .instruction_limit = instructions_max});
}

Result<void, Failure> Entry::run(const Closure& closure, u64 instructions_max) {
    return run({.module = *module_,
                .heap = heap_,
                .globals = globals(),
                .context = context,
                .function = {},
                .closure = closure,
                .instruction_limit = instructions_max});
}

Result<void, Failure> Entry::run(const Run& run) {
    auto result = replica::run(run, subnet_.options());
    if (result) {
        instructions_ = result->instructions;
    } else {
        instructions_ = result.error().instructions;
    }
    subnet_.activity.instructions += instructions_;
    if (result) result_ = std::move(*result);
    if (result && holds_state) return {};
    if (result && keeps_state(context.context)) return {};
    if (heap_.memory) heap_.memory->rollback();
    if (result) return {};
    stable_.rollback();
    return std::unexpected(std::move(result.error()));
}

void Entry::hold() {
    has_run_ = true;
    stable_.hold();
    if (!heap_.memory) return;
    for (const vm::DirtyPage& dirty : heap_.memory->dirty_pages()) {
        const auto [page, is_new] = held_.try_emplace(dirty.index);
        if (is_new && dirty.before) std::memcpy(page->second.data(), dirty.before, vm::page_bytes);
    }
    heap_.memory->commit();
}

bool Entry::release() {
    if (!heap_.memory) return true;
    heap_.memory->rollback();
    if (heap_.memory->size() != canister_.code->heap_pages) return false;
    for (const auto& [index, page] : held_)
        if (!heap_.memory->write(index * vm::page_bytes, page)) return false;
    heap_.memory->commit();
    return true;
}

void Entry::apply(Canister& canister) {
    canister.cycles += context.cycles_accepted;
    canister.cycles -= context.cycles_burned + context.cycles_reserved;
    canister.reserved_cycles += context.cycles_reserved;
    canister.consumed.burned += context.cycles_burned;
    canister.version++;
    apply_log(canister);
    if (!keeps_state(context.context)) return;
    if (context.certified_data) {
        canister.certified_data = std::move(*context.certified_data);
        subnet_.mark(canister, Part::certified);
    }
    if (context.global_timer) canister.global_timer = *context.global_timer;
    canister.code->globals = std::move(result_.globals);
    canister.code->stable_pages = stable_.pages();
    subnet_.note_memory_taken(context.room_taken);
    if (heap_.memory) canister.code->heap_pages = heap_.memory->size();
    subnet_.keep_heap(canister, heap_, result_.changed_pages);
    if (stable_.map().changed())
        stable_.map().put_changes(*subnet_.storage().begin(), stable_.map().id());
    update_low_memory_hook(canister);
}

void Entry::apply_log(Canister& canister) {
    if (context.log.empty()) return;
    subnet_.mark(canister, Part::log);
    for (std::string& line : context.log) {
        canister.log.append(context.time_ns, line, canister.settings.log_memory_limit);
        subnet_.activity.log.push_back({canister.label(), std::move(line)});
    }
    context.log.clear();
}

}  // namespace icvm::replica
