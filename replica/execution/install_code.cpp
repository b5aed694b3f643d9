#include "replica/execution/install_code.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "replica/execution/call.hpp"
#include "replica/execution/conditions.hpp"
#include "replica/execution/installed_code.hpp"
#include "replica/execution/management_refusal.hpp"
#include "replica/execution/memory_limits.hpp"
#include "replica/execution/run.hpp"
#include "replica/state/holdings.hpp"

namespace icvm::replica {

namespace {

/// Of a line in the canister's log that tells of a trap.
constexpr std::string_view trap_prefix = "[TRAP]: ";

/// The module that is asked for, or why there is none: that matters once canister_pre_upgrade has
/// run.
using MadeModule = Result<std::shared_ptr<const CanisterModule>, Failure>;

/// An install_code on its way: the canister as it is becoming. Nothing is written to the storage
/// before commit().
class Installation {
public:
    /// `made`: of the module that is asked for. `prepaid`: taken from the balance for it.
    Installation(Subnet& subnet, const ChangeOrigin& origin, const InstallCode& request,
                 const Canister& old, MadeModule made, const Prepayment& prepaid)
        : subnet_(subnet),
          origin_(origin),
          request_(request),
          old_(old),
          next_(old),
          made_(std::move(made)),
          prepaid_(prepaid) {}

    Result<void, Failure> perform();

private:
    bool is_upgrade() const { return request_.mode == InstallMode::upgrade; }
    bool keeps_heap() const {
        return is_upgrade() && request_.wasm_memory_persistence == WasmMemoryPersistence::keep;
    }

    Result<void, Failure> steps();
    void open_stable_memory();
    Result<void, Failure> run_pre_upgrade();
    Result<void, Failure> take_module();
    Result<void, Reject> check_persistence() const;
    Result<void, Failure> make_state();
    Result<void, Failure> make_heap();
    Result<void, Failure> run_stage(Context context, std::string_view function);
    Result<RunResult, Failure> run_in(Context mode, std::string_view function,
                                      const CanisterModule& module, Heap& heap,
                                      std::span<const vm::Value> globals);
    void keep_heap_changes(std::span<const u64> pages);
    void take_effects(ExecutionContext& context);
    void keep_log(Canister& canister) const;
    void commit();

    Subnet& subnet_;
    const ChangeOrigin& origin_;
    const InstallCode& request_;
    const Canister& old_;
    Canister next_;
    MadeModule made_;
    Prepayment prepaid_;
    std::shared_ptr<const CanisterModule> old_module_, module_;
    Heap* old_heap_ = nullptr;           ///< when canister_pre_upgrade has run in it
    std::vector<u64> old_heap_changes_;  ///< by canister_pre_upgrade
    Heap heap_;
    std::optional<StableMemory> stable_;
    std::vector<MemoryId> erased_;
    std::vector<std::string> log_;
    u64 instructions_ = 0;
};

Result<void, Failure> Installation::perform() {
    auto done = steps();
    if (done) {
        settle(subnet_, next_, prepaid_, instructions_);
        done = take_storage(subnet_, old_, next_);
    }
    subnet_.activity.instructions += instructions_;
    for (const std::string& line : log_)
        if (!line.starts_with(trap_prefix)) subnet_.activity.log.push_back({old_.label(), line});
    if (!done) {
        subnet_.rollback_heap(old_.id);
        Canister& old = subnet_.change(old_.id, Part::log);
        subnet_.mark(old, Part::canister);
        keep_log(old);
        settle(subnet_, old, prepaid_, instructions_);
        done.error().instructions = std::max(done.error().instructions, instructions_);
        return done;
    }
    if (request_.mode == InstallMode::reinstall) next_.log.clear();
    keep_log(next_);
    commit();
    return {};
}

/// What was printed is in the canister's log whatever becomes of the installation.
void Installation::keep_log(Canister& canister) const {
    for (const std::string& line : log_)
        canister.log.append(subnet_.time_ns(), line, canister.settings.log_memory_limit);
}

/// IC0514, IC0537.
Result<void, Failure> require_mode(const Canister& canister, InstallMode mode) {
    if (mode == InstallMode::install && canister.code)
        return refuse(ManagementRefusal::non_empty, canister.id.text());
    if (mode == InstallMode::upgrade && !canister.code)
        return std::unexpected(failure_of(reject_of(no_wasm_module(), canister.id)));
    return {};
}

Result<void, Failure> Installation::steps() {
    TRY(require_mode(old_, request_.mode));
    open_stable_memory();
    if (is_upgrade()) TRY(run_pre_upgrade());
    TRY(take_module());
    if (const auto fits = check_persistence(); !fits)
        return std::unexpected(failure_of(fits.error()));
    TRY(make_state());
    if (module_->wasm().start) TRY(run_stage(Context::start, start_stage));
    return run_stage(Context::init, is_upgrade() ? "canister_post_upgrade" : "canister_init");
}

void Installation::open_stable_memory() {
    if (is_upgrade())
        stable_.emplace(subnet_.storage(), old_.code->stable, old_.code->stable_pages);
    else
        stable_.emplace(subnet_.storage(), subnet_.new_memory(), 0);
}

Result<void, Failure> Installation::run_pre_upgrade() {
    constexpr std::string_view hook = "canister_pre_upgrade";
    old_module_ = TRY(subnet_.module_of(old_));
    old_heap_ = TRY(subnet_.heap_of(old_, *old_module_));
    if (request_.skip_pre_upgrade || !old_module_->exports_function(hook)) return {};
    auto result =
        TRY(run_in(Context::pre_upgrade, hook, *old_module_, *old_heap_, old_.code->globals));
    old_heap_changes_ = std::move(result.changed_pages);
    return {};
}

/// Assembling it has cost something, and compiling it does.
Result<void, Failure> Installation::take_module() {
    const auto spend = [this](u64 instructions) {
        instructions_ = std::min(install_instructions_max, instructions_ + instructions);
    };
    spend(request_.assembly_instructions);
    module_ = TRY(made_);
    spend(module_->compile_instructions);
    return {};
}

Result<void, Reject> Installation::check_persistence() const {
    if (!is_upgrade()) return {};
    const auto refuse = [](std::string message) {
        return std::unexpected(reject(ErrorCode::canister_contract_violation, std::move(message)));
    };
    if (old_.code->enhanced_persistence && !request_.wasm_memory_persistence)
        return refuse(
            "Missing upgrade option: Enhanced orthogonal persistence requires the "
            "`wasm_memory_persistence` upgrade option.");
    if (!keeps_heap()) return {};
    if (!module_->enhanced_persistence)
        return refuse(
            "Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade "
            "option requires that the new canister module supports enhanced orthogonal "
            "persistence.");
    return check_heap_size(*module_, old_heap_->memory ? old_heap_->memory->size() : 0);
}

Result<void, Failure> Installation::make_state() {
    InstalledCode code = code_of(*module_);
    code.stable = stable_->map().id();
    code.heap = keeps_heap() ? old_.code->heap : subnet_.new_memory();
    if (old_.code && !keeps_heap()) erased_.push_back(old_.code->heap);
    if (old_.code && !is_upgrade()) erased_.push_back(old_.code->stable);

    next_.code = std::move(code);
    next_.module_path = request_.module_path;
    next_.global_timer = 0;
    next_.version++;
    if (!is_upgrade()) next_.certified_data.clear();
    TRY(make_heap());
    next_.code->globals = TRY(initialize(*module_, heap_, !keeps_heap(), next_.id));
    if (heap_.memory) keep_heap_changes(changed_pages(*heap_.memory));
    return {};
}

Result<void, Failure> Installation::make_heap() {
    auto pages = std::make_unique<PageMap>(subnet_.storage(), next_.code->heap);
    u64 size = module_->has_memory() ? module_->wasm().memory_types[0].limits.minimum : 0;
    if (keeps_heap() && old_heap_->memory) {
        size = old_heap_->memory->size();
        for (const u64 index : old_heap_changes_)
            pages->put_page(index, old_heap_->memory->page(index));
    }
    heap_ = TRY(bind_heap(std::move(pages), *module_, size, subnet_.options()));
    return {};
}

Result<void, Failure> Installation::run_stage(Context context, std::string_view function) {
    if (function != start_stage && !module_->exports_function(function)) {
        next_.code->heap_pages = heap_.memory ? heap_.memory->size() : 0;
        next_.code->stable_pages = stable_->pages();
        return {};
    }
    auto result = TRY(run_in(context, function, *module_, heap_, next_.code->globals));
    next_.code->globals = std::move(result.globals);
    next_.code->heap_pages = heap_.memory ? heap_.memory->size() : 0;
    next_.code->stable_pages = stable_->pages();
    keep_heap_changes(result.changed_pages);
    return {};
}

Result<RunResult, Failure> Installation::run_in(Context mode, std::string_view function,
                                                const CanisterModule& module, Heap& heap,
                                                std::span<const vm::Value> globals) {
    ExecutionContext context;
    context.context = mode;
    context.canister = &next_;
    context.caller = origin_.principal;
    context.schedule = &subnet_.schedule();
    context.environment = &next_.settings.environment_variables;
    if (mode == Context::init) context.argument = request_.argument;
    context.time_ns = subnet_.time_ns();
    context.stable = &*stable_;
    auto result = run({.module = module,
                       .heap = heap,
                       .globals = globals,
                       .context = context,
                       .function = function,
                       .instructions_before = instructions_,
                       .instruction_limit = install_instructions_max},
                      subnet_.options());
    if (!result && !context.trap_line.empty()) context.log.push_back(context.trap_line);
    take_effects(context);
    if (result)
        instructions_ += result->instructions;
    else
        result.error().stage = function;
    return result;
}

/// Pages that a stage has changed belong to what the next stage starts from.
void Installation::keep_heap_changes(std::span<const u64> pages) {
    for (const u64 index : pages) heap_.pages->put_page(index, heap_.memory->page(index));
    if (heap_.memory) heap_.memory->commit();
}

void Installation::take_effects(ExecutionContext& context) {
    if (context.certified_data) next_.certified_data = std::move(*context.certified_data);
    if (context.global_timer) next_.global_timer = *context.global_timer;
    next_.cycles -= context.cycles_burned;
    next_.consumed.burned += context.cycles_burned;
    std::ranges::move(context.log, std::back_inserter(log_));
}

void Installation::commit() {
    Staging& storage = subnet_.storage();
    for (const MemoryId memory : erased_) storage.erase_memory(memory);
    const auto transaction = storage.begin();
    transaction->put_record(module_key(next_.id), request_.module);
    heap_.pages->put_changes(*transaction, next_.code->heap);
    stable_->map().put_changes(*transaction, next_.code->stable);
    heap_.pages->discard();
    next_.history.add({.time_ns = subnet_.time_ns(),
                       .version = next_.version,
                       .origin = origin_,
                       .details = DeploymentChange{request_.mode, next_.code->module_hash}});
    update_low_memory_hook(next_);
    const Canister& canister = subnet_.add(std::move(next_));
    subnet_.put_heap(canister.id, std::move(heap_));
    subnet_.refresh(canister);
}

MadeModule made(Subnet& subnet, const InstallCode& request,
                const std::optional<Failure>& why_no_module) {
    if (why_no_module) return std::unexpected(*why_no_module);
    auto module = subnet.make_module(request.module);
    if (!module) return std::unexpected(failure_of(reject_of(module.error(), request.canister)));
    return *module;
}

}  // namespace

Result<void, Failure> install_code(Subnet& subnet, const ChangeOrigin& origin,
                                   const InstallCode& request,
                                   const std::optional<Failure>& why_no_module) {
    // Conditions.
    const Canister& found = *TRY(find_managed(subnet, request.canister));
    TRY(require_controller(found, origin.principal));
    Canister& canister = subnet.change(request.canister);
    MadeModule module = made(subnet, request, why_no_module);
    const bool memory64 = module && (*module)->memory64;
    auto prepaid = prepay(subnet, canister, install_instructions_max, memory64, origin.principal);
    if (!prepaid) return refuse(ManagementRefusal::installation_cycles, prepaid.error().message);

    // State after, when every stage succeeds.
    return Installation(subnet, origin, request, canister, std::move(module), *prepaid).perform();
}

}  // namespace icvm::replica
