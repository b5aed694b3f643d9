#include "vm/exec/instantiate.hpp"

#include <algorithm>
#include <utility>

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

private:
    void allocate_functions();
    void allocate_globals();
    bool allocate_tables();
    Result<void, Trap> allocate_memories();
    std::shared_ptr<Memory> make_memory(size_t defined);
    void initialize_globals();
    void initialize_tables();
    Result<void, Trap> apply_elements();
    Result<void, Trap> apply_data();

    Store::State& store_;
    Instance& instance_;
    const CompiledModule& compiled_;
    const Module& module_;
    const InstantiationOptions& options_;
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
    allocate_functions();
    allocate_globals();
    if (!allocate_tables())
        return std::unexpected(
            trap_of(TrapReason::allocation_failed, "a table is larger than this machine allows"));
    TRY(allocate_memories());
    instance_.dropped_storage =
        std::make_unique<bool[]>(module_.data.size() + module_.elements.size());
    instance_.data_dropped = instance_.dropped_storage.get();
    instance_.elements_dropped = instance_.data_dropped + module_.data.size();
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

void Instantiation::allocate_globals() {
    const size_t count = module_.globals.size();
    instance_.cell_storage.resize(2 * count);
    instance_.global_cells = instance_.cell_storage.data();
    instance_.own_globals.resize(count);
    for (size_t i = 0; i < count; i++) {
        GlobalInstance& global = instance_.own_globals[i];
        global.type = module_.globals[i].type;
        global.cell = instance_.global_cells + 2 * i;
        instance_.global_storage.push_back(&global);
    }
    instance_.globals = instance_.global_storage.data();
}

bool Instantiation::allocate_tables() {
    for (const Table& table : module_.tables) {
        TableInstance& made = instance_.own_tables.emplace_back();
        made.type = table.type;
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
    instance_.memories = instance_.memory_storage.data();
    return {};
}

Result<void, Trap> Instantiation::initialize() {
    initialize_globals();
    initialize_tables();
    TRY(apply_elements());
    return apply_data();
}

void Instantiation::initialize_globals() {
    ConstantEvaluator evaluator(instance_);
    for (size_t i = 0; i < module_.globals.size(); i++) {
        const Global& global = module_.globals[i];
        u64* const cell = instance_.own_globals[i].cell;
        if (options_.globals.empty() || global.type.value.is_reference()) {
            cell[0] = evaluator.evaluate(global.initializer);
        } else {
            cell[0] = in_slot(global.type.value, options_.globals[i].bits);
            cell[1] = options_.globals[i].high;
        }
    }
}

void Instantiation::initialize_tables() {
    ConstantEvaluator evaluator(instance_);
    for (size_t i = 0; i < module_.tables.size(); i++) {
        if (!module_.tables[i].initializer) continue;
        const u64 reference = evaluator.evaluate(*module_.tables[i].initializer);
        std::ranges::fill(instance_.own_tables[i].storage, reference);
    }
}

Result<void, Trap> Instantiation::apply_elements() {
    ConstantEvaluator evaluator(instance_);
    for (size_t i = 0; i < module_.elements.size(); i++) {
        const ElementSegment& segment = module_.elements[i];
        if (segment.mode == SegmentMode::passive) continue;
        if (segment.mode == SegmentMode::active) {
            const u64 offset = evaluator.evaluate(segment.table_offset);
            if (!initialize_table(instance_, segment.table_index, u32(i), offset, 0,
                                  segment.size()))
                return std::unexpected(trap_of(TrapReason::table_out_of_bounds));
        }
        instance_.elements_dropped[i] = true;
    }
    return {};
}

Result<void, Trap> Instantiation::apply_data() {
    ConstantEvaluator evaluator(instance_);
    for (size_t i = 0; i < module_.data.size(); i++) {
        const DataSegment& segment = module_.data[i];
        if (segment.mode != SegmentMode::active) continue;
        if (options_.active_data) {
            const u64 offset = evaluator.evaluate(segment.memory_offset);
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
        if (options.memory0->type().limits.address_type != module.memories[0].limits.address_type)
            return std::unexpected(Unlinkable{no_import, "the memory does not fit the module"});
    if (options.globals.empty()) return {};
    const auto fits = [](const Value& value, const Global& global) {
        return value.type == global.type.value;
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
    const ElementSegment& from = instance.module->elements[segment];
    const u64 from_size = instance.elements_dropped[segment] ? 0 : from.size();
    TableInstance& to = *instance.tables[table];
    if (source > from_size || length > from_size - source) return false;
    if (destination > to.size || length > to.size - destination) return false;
    ConstantEvaluator evaluator(instance);
    for (u64 i = 0; i < length; i++) {
        const u64 element = source + i;
        to.elements[destination + i] =
            from.functions.empty()
                ? evaluator.evaluate(from.expressions[element])
                : reinterpret_cast<u64>(instance.functions[from.functions[element]]);
    }
    return true;
}

Result<Instance*, InstantiationError> Store::instantiate(
    std::shared_ptr<const CompiledModule> compiled, std::span<const Extern> imports,
    const InstantiationOptions& options) {
    const Module& module = compiled->module;
    TRY(match_imports(module, imports));
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

}  // namespace icvm::vm
