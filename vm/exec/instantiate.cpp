#include "vm/exec/instantiate.hpp"

#include <algorithm>
#include <utility>

#include "vm/base/check.hpp"
#include "vm/exec/compiled_module.hpp"
#include "vm/exec/constant_expression.hpp"
#include "vm/exec/execution.hpp"
#include "vm/exec/import_matching.hpp"
#include "vm/runtime/store_state.hpp"

namespace icvm::vm {

namespace {

/// One run of Wasm 4.5.4: what is made, in order.
class Instantiation {
public:
    Instantiation(Store::State& store, Instance& instance, const CompiledModule& compiled,
                  const InstantiationOptions& options)
        : store_(store),
          instance_(instance),
          compiled_(compiled),
          module_(compiled.module),
          options_(options) {}

    void link(std::span<const Extern> imports);
    Result<void, Trap> allocate();
    Result<void, Trap> initialize();
    Result<void, Trap> renew();

private:
    void allocate_functions();
    void allocate_tags();
    void allocate_globals();
    bool allocate_tables();
    Result<void, Trap> allocate_memories();
    std::shared_ptr<Memory> make_memory(size_t defined);
    using Evaluated = Result<ConstantEvaluator::Bits, Trap>;
    Evaluated evaluate(const ConstantExpression& expression);
    Result<void, Trap> initialize_globals();
    Result<void, Trap> initialize_tables();
    Result<void, Trap> evaluate_elements();
    Result<void, Trap> evaluate_elements(size_t segment);
    Result<void, Trap> apply_elements();
    Result<void, Trap> apply_data();

    Store::State& store_;
    Instance& instance_;
    const CompiledModule& compiled_;
    const Module& module_;
    const InstantiationOptions& options_;
    std::optional<ConstantEvaluator> evaluator_;
};

Trap trap_of(TrapReason reason, std::string message = {}) {
    Trap trap{};
    trap.reason = reason;
    trap.message = std::move(message);
    return trap;
}

void Instantiation::link(std::span<const Extern> imports) {
    instance_.function_storage.reserve(module_.function_types.size());
    for (const Extern& import : imports.first(module_.imports.size())) {
        switch (ExternKind(import.index())) {
            case ExternKind::function:
                instance_.function_storage.push_back(std::get<FunctionInstance*>(import));
                break;
            case ExternKind::table:
                instance_.table_storage.push_back(std::get<TableInstance*>(import));
                break;
            case ExternKind::memory:
                instance_.memory_storage.push_back(std::get<Memory*>(import));
                break;
            case ExternKind::global:
                instance_.global_storage.push_back(std::get<GlobalInstance*>(import));
                break;
            case ExternKind::tag:
                instance_.tag_storage.push_back(std::get<TagInstance*>(import));
                break;
        }
    }
}

Result<void, Trap> Instantiation::allocate() {
    instance_.heap = &store_.heap;
    instance_.types = compiled_.types.all().data();
    allocate_functions();
    allocate_tags();
    allocate_globals();
    if (!allocate_tables())
        return std::unexpected(
            trap_of(TrapReason::allocation_failed, "a table is larger than this machine allows"));
    TRY(allocate_memories());
    instance_.dropped_storage =
        std::make_unique<bool[]>(module_.data.size() + module_.elements.size());
    instance_.data_dropped = instance_.dropped_storage.get();
    instance_.elements_dropped = instance_.data_dropped + module_.data.size();
    instance_.element_storage.resize(module_.elements.size());
    instance_.elements = instance_.element_storage.data();
    return {};
}

void Instantiation::allocate_functions() {
    instance_.own_functions.reserve(module_.functions.size());
    u32 index = module_.imported_functions;
    for (const Function& function : module_.functions) {
        FunctionInstance& made = instance_.own_functions.emplace_back();
        made.code = code_of(compiled_, index);
        made.instance = &instance_;
        made.type = compiled_.types[function.type_index].number;
        made.index = index++;
        made.runtime_type = &compiled_.types[function.type_index];
        instance_.function_storage.push_back(&made);
    }
    instance_.functions = instance_.function_storage.data();
}

void Instantiation::allocate_tags() {
    for (const Tag& tag : module_.tags)
        instance_.tag_storage.push_back(
            &instance_.own_tags.emplace_back(TagInstance{&compiled_.types[tag.type_index]}));
    instance_.tags = instance_.tag_storage.data();
}

void Instantiation::allocate_globals() {
    const size_t count = module_.globals.size();
    instance_.cell_storage.resize(2 * count);
    instance_.global_cells = instance_.cell_storage.data();
    instance_.own_globals.resize(count);
    for (size_t i = 0; i < count; i++) {
        GlobalInstance& global = instance_.own_globals[i];
        const GlobalType& type = module_.globals[i].type;
        global.type = {compiled_.types.close(type.value), type.is_mutable};
        global.cell = instance_.global_cells + 2 * i;
        instance_.global_storage.push_back(&global);
    }
    instance_.globals = instance_.global_storage.data();
}

bool Instantiation::allocate_tables() {
    for (const Table& table : module_.tables) {
        TableInstance& made = instance_.own_tables.emplace_back();
        made.type = {compiled_.types.close(table.type.element), table.type.limits};
        made.store_elements_left = &store_.table_elements_left;
        if (made.grow(table.type.limits.minimum, 0) != 0) return false;
        instance_.table_storage.push_back(&made);
    }
    instance_.tables = instance_.table_storage.data();
    return true;
}

std::shared_ptr<Memory> Instantiation::make_memory(size_t defined) {
    const MemoryType& type = module_.memories[defined];
    const bool bound = defined == 0 && module_.imported_memories == 0 && options_.memory0;
    if (!bound) {
        MemoryOptions options = options_.memory;
        options.store_bytes_left = &store_.memory_bytes_left;
        return Memory::create(type, type.limits.minimum, nullptr, options);
    }
    const auto& memory = options_.memory0;
    const u64 least = type.limits.minimum;
    if (memory->size() < least && memory->grow(least - memory->size()) == ~u64(0)) return nullptr;
    return memory;
}

Result<void, Trap> Instantiation::allocate_memories() {
    for (size_t i = 0; i < module_.memories.size(); i++) {
        std::shared_ptr<Memory> memory = make_memory(i);
        if (!memory)
            return std::unexpected(trap_of(TrapReason::allocation_failed,
                                           "a memory is larger than this machine allows"));
        instance_.memory_storage.push_back(memory.get());
        instance_.own_memories.push_back(std::move(memory));
    }
    if (!instance_.memory_storage.empty()) instance_.memories = instance_.memory_storage.data();
    return {};
}

/// The order of Wasm 4.7.4.
Result<void, Trap> Instantiation::initialize() {
    evaluator_.emplace(instance_);
    TRY(initialize_globals());
    TRY(initialize_tables());
    TRY(evaluate_elements());
    TRY(apply_elements());
    return apply_data();
}

Result<void, Trap> Instantiation::renew() {
    evaluator_.emplace(instance_);
    TRY(initialize_globals());
    for (size_t i = 0; i < module_.data.size(); i++)
        instance_.data_dropped[i] = module_.data[i].mode == SegmentMode::active;
    for (size_t i = 0; i < module_.elements.size(); i++) {
        if (module_.elements[i].mode != SegmentMode::passive) continue;
        if (!std::exchange(instance_.elements_dropped[i], false)) continue;
        TRY(evaluate_elements(i));
    }
    return {};
}

Instantiation::Evaluated Instantiation::evaluate(const ConstantExpression& expression) {
    const auto value = evaluator_->evaluate(expression);
    if (!value) return std::unexpected(trap_of(value.error()));
    return *value;
}

Result<void, Trap> Instantiation::initialize_globals() {
    for (size_t i = 0; i < module_.globals.size(); i++) {
        const Global& global = module_.globals[i];
        u64* const cell = instance_.own_globals[i].cell;
        if (options_.globals.empty() || global.type.value.is_reference()) {
            const auto value = TRY(evaluate(global.initializer));
            cell[0] = value.low;
            cell[1] = value.high;
        } else {
            cell[0] = in_slot(global.type.value, options_.globals[i].bits);
            cell[1] = options_.globals[i].high;
        }
    }
    return {};
}

Result<void, Trap> Instantiation::initialize_tables() {
    for (size_t i = 0; i < module_.tables.size(); i++) {
        if (!module_.tables[i].initializer) continue;
        const auto reference = TRY(evaluate(*module_.tables[i].initializer));
        std::ranges::fill(instance_.own_tables[i].storage, reference.low);
    }
    return {};
}

/// All of them before any is applied; those that are only declared are never read.
Result<void, Trap> Instantiation::evaluate_elements() {
    for (size_t i = 0; i < module_.elements.size(); i++)
        if (module_.elements[i].mode != SegmentMode::declarative) TRY(evaluate_elements(i));
    return {};
}

Result<void, Trap> Instantiation::evaluate_elements(size_t segment) {
    const ElementSegment& from = module_.elements[segment];
    std::vector<u64>& elements = instance_.element_storage[segment];
    elements.reserve(from.size());
    for (const u32 function : from.functions)
        elements.push_back(reinterpret_cast<u64>(instance_.functions[function]));
    for (const ConstantExpression& expression : from.expressions)
        elements.push_back(TRY(evaluate(expression)).low);
    return {};
}

Result<void, Trap> Instantiation::apply_elements() {
    for (size_t i = 0; i < module_.elements.size(); i++) {
        const ElementSegment& segment = module_.elements[i];
        if (segment.mode == SegmentMode::passive) continue;
        if (segment.mode == SegmentMode::active) {
            const u64 offset = TRY(evaluate(segment.table_offset)).low;
            if (!initialize_table(instance_, segment.table_index, u32(i), offset, 0,
                                  segment.size()))
                return std::unexpected(trap_of(TrapReason::table_out_of_bounds));
        }
        drop_elements(instance_, u32(i));
    }
    return {};
}

Result<void, Trap> Instantiation::apply_data() {
    for (size_t i = 0; i < module_.data.size(); i++) {
        const DataSegment& segment = module_.data[i];
        if (segment.mode != SegmentMode::active) continue;
        if (options_.active_data) {
            const u64 offset = TRY(evaluate(segment.memory_offset)).low;
            if (!initialize_memory(instance_, segment.memory_index, u32(i), offset, 0,
                                   segment.content.size))
                return std::unexpected(
                    trap_of(instance_.memories[segment.memory_index]->page_unreadable()
                                ? TrapReason::page_unreadable
                                : TrapReason::memory_out_of_bounds));
        }
        instance_.data_dropped[i] = true;
    }
    return {};
}

/// What the embedder kept from an earlier instance may come from a file: it must fit.
Result<void, Unlinkable> match_options(const Module& module, const InstantiationOptions& options) {
    const size_t no_import = module.imports.size();
    if (options.memory0 && module.imported_memories == 0 && !module.memories.empty())
        if (options.memory0->type().limits.address_type != module.memories[0].limits.address_type ||
            options.memory0->type().page_bytes_log2 != module.memories[0].page_bytes_log2)
            return std::unexpected(Unlinkable{no_import, "the memory does not fit the module"});
    if (options.globals.empty()) return {};
    const auto fits = [](const Value& value, const Global& global) {
        const ValueType wanted = global.type.value;
        return wanted.is_reference() ? value.type.is_reference() : value.type == wanted;
    };
    if (!std::ranges::equal(options.globals, module.globals, fits))
        return std::unexpected(Unlinkable{no_import, "the globals do not fit the module"});
    return {};
}

/// Code without bounds checks must not meet a memory without guard pages, nor code that marks no
/// page a memory that is to be rolled back.
Result<void, Trap> match_code(const Instance& instance, const CompiledModule& compiled) {
    const auto& memories = instance.memory_storage;
    if (compiled.guarded && !memories.empty() && !memories[0]->guarded())
        return std::unexpected(trap_of(TrapReason::allocation_failed,
                                       "memory 0 lacks the guard pages that the code counts on"));
    if (!compiled.tracked && std::ranges::any_of(memories, &Memory::tracked))
        return std::unexpected(trap_of(TrapReason::allocation_failed,
                                       "the code does not mark pages, as a tracked memory needs"));
    return {};
}

}  // namespace

bool initialize_memory(Instance& instance, u32 memory, u32 segment, u64 destination, u64 source,
                       u64 length) {
    Bytes content;
    if (!instance.data_dropped[segment])
        content = instance.module->content(instance.module->data[segment].content);
    if (source > content.size() || length > content.size() - source) return false;
    return instance.memories[memory]->write(destination, content.subspan(source, length));
}

bool initialize_table(Instance& instance, u32 table, u32 segment, u64 destination, u64 source,
                      u64 length) {
    const std::vector<u64>& from = instance.elements[segment];
    TableInstance& to = *instance.tables[table];
    if (source > from.size() || length > from.size() - source) return false;
    if (destination > to.size || length > to.size - destination) return false;
    std::copy_n(from.begin() + ptrdiff_t(source), length, to.elements + destination);
    return true;
}

void drop_elements(Instance& instance, u32 segment) {
    instance.elements_dropped[segment] = true;
    std::vector<u64>().swap(instance.element_storage[segment]);
}

Result<Instance*, InstantiationError> Store::instantiate(
    std::shared_ptr<const CompiledModule> compiled, std::span<const Extern> imports,
    const InstantiationOptions& options) {
    const Module& module = compiled->module;
    TRY(match_imports(module, compiled->types, imports));
    TRY(match_options(module, options));
    auto owned = std::make_unique<Instance>();
    Instance& instance = *owned;
    instance.module = &module;
    Instantiation instantiation(*state, instance, *compiled, options);
    instantiation.link(imports);
    const u64 elements_left = state->table_elements_left;
    const u64 bytes_left = state->memory_bytes_left;
    auto allocated = instantiation.allocate();
    if (allocated) allocated = match_code(instance, *compiled);
    if (!allocated) {
        state->table_elements_left = elements_left;
        state->memory_bytes_left = bytes_left;
        return std::unexpected(std::move(allocated.error()));
    }
    instance.code_owner = std::move(compiled);
    // From here on others may refer to the instance, even if a later step traps.
    state->instances.push_back(std::move(owned));
    TRY(instantiation.initialize());
    if (FunctionInstance* const start = start_function(instance); start && options.run_start)
        TRY(invoke(*this, *start, {}));
    return &instance;
}

Result<void, Trap> Store::renew(Instance& instance, std::span<const Value> globals) {
    const auto& compiled = *static_cast<const CompiledModule*>(instance.code_owner.get());
    CHECK(globals.empty() || globals.size() == instance.own_globals.size());
    InstantiationOptions options;
    options.globals = globals;
    return Instantiation(*state, instance, compiled, options).renew();
}

}  // namespace icvm::vm
