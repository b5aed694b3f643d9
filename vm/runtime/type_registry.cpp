#include "vm/runtime/type_registry.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "vm/base/check.hpp"

namespace icvm::vm {

namespace {

using Key = std::vector<u32>;

/// A recursive group that some module has.
struct Group {
    u32 shares = 0;
    const Key* key = nullptr;
    std::vector<std::unique_ptr<RuntimeType>> types;
    std::set<u32> outer;  ///< groups that it refers to: it has a share of each
};

/// The types by number. Whoever reads an entry has a share of its type, or the registry's lock, so
/// that reading needs no other.
class NumberedTypes {
public:
    const RuntimeType* operator[](u32 number) const {
        return chunks_[number / chunk_size].load(std::memory_order_acquire)[number % chunk_size];
    }
    u32 size() const { return size_; }
    u32 add() {
        if (size_ % chunk_size == 0)
            chunks_[size_ / chunk_size].store(
                new const RuntimeType* [chunk_size] {}, std::memory_order_release);
        return size_++;
    }
    void set(u32 number, const RuntimeType* type) {
        chunks_[number / chunk_size].load(std::memory_order_relaxed)[number % chunk_size] = type;
    }

private:
    static constexpr u32 chunk_size = 4096;
    std::array<std::atomic<const RuntimeType**>, registered_types_max / chunk_size> chunks_{};
    u32 size_ = 0;
};

/// Equal groups are one (Wasm 3.1.4): the key of a group has inner references by position, outer
/// ones by number.
struct Registry {
    std::mutex mutex;
    std::map<Key, u32> by_key;
    std::vector<std::unique_ptr<Group>> groups;
    std::vector<u32> free_groups;
    NumberedTypes types;
    std::vector<u32> group_of;  ///< by number
    std::vector<u32> free_numbers;

    bool has_room(size_t count) const {
        return types.size() - free_numbers.size() + count <= registered_types_max;
    }
    u32 take_number(u32 group);
    u32 add(Key key, std::set<u32> outer, size_t size);
    void release(u32 group);
};

Registry& registry() {
    static Registry& registry = *new Registry;
    return registry;
}

u32 Registry::take_number(u32 group) {
    if (free_numbers.empty()) {
        group_of.push_back(group);
        return types.add();
    }
    const u32 number = free_numbers.back();
    free_numbers.pop_back();
    group_of[number] = group;
    return number;
}

/// A new group with types that have numbers, and nothing else yet.
u32 Registry::add(Key key, std::set<u32> outer, size_t size) {
    u32 index = u32(groups.size());
    if (free_groups.empty()) {
        groups.push_back(nullptr);
    } else {
        index = free_groups.back();
        free_groups.pop_back();
    }
    groups[index] = std::make_unique<Group>();
    Group& group = *groups[index];
    group.key = &by_key.emplace(std::move(key), index).first->first;
    group.outer = std::move(outer);
    for (const u32 other : group.outer) groups[other]->shares++;
    for (size_t i = 0; i < size; i++) {
        const u32 number = take_number(index);
        group.types.push_back(std::make_unique<RuntimeType>());
        group.types.back()->number = TypeNumber(number);
        types.set(number, group.types.back().get());
    }
    return index;
}

void Registry::release(u32 first) {
    std::vector<u32> pending{first};
    while (!pending.empty()) {
        const u32 index = pending.back();
        pending.pop_back();
        Group& group = *groups[index];
        if (--group.shares != 0) continue;
        pending.insert(pending.end(), group.outer.begin(), group.outer.end());
        for (const auto& type : group.types) {
            types.set(u32(type->number), nullptr);
            free_numbers.push_back(u32(type->number));
        }
        by_key.erase(by_key.find(*group.key));
        groups[index] = nullptr;
        free_groups.push_back(index);
    }
}

/// The key of a group, and the groups that it refers to.
class KeyMaker {
public:
    KeyMaker(std::span<const RuntimeType* const> before, const Registry& registry)
        : before_(before), registry_(registry) {}

    void add(const DefinedType& type) {
        key_.push_back(u32(type.kind) << 1 | u32(type.is_final));
        add_index(type.supertype ? HeapType::of_index(*type.supertype) : heap_types::bottom);
        key_.push_back(u32(type.function.parameters.size()));
        for (const ValueType parameter : type.function.parameters) add(parameter);
        key_.push_back(u32(type.function.results.size()));
        for (const ValueType result : type.function.results) add(result);
        key_.push_back(u32(type.fields.size()));
        for (const FieldType& field : type.fields) {
            add(field.type);
            key_.push_back(field.is_mutable);
        }
    }
    Key take_key() { return std::move(key_); }
    std::set<u32> take_outer() { return std::move(outer_); }

private:
    void add(ValueType type) {
        key_.push_back(type.code());
        if (type.is_reference()) add_index(type.heap_type());
    }
    /// Inner, outer and abstract ones differ in the first word.
    void add_index(HeapType type) {
        if (!type.is_index()) {
            key_.insert(key_.end(), {0, type.bits});
        } else if (type.index() >= before_.size()) {
            key_.insert(key_.end(), {1, u32(type.index() - before_.size())});
        } else {
            const u32 number = u32(before_[type.index()]->number);
            key_.insert(key_.end(), {2, number});
            outer_.insert(registry_.group_of[number]);
        }
    }

    std::span<const RuntimeType* const> before_;
    const Registry& registry_;
    Key key_;
    std::set<u32> outer_;
};

u32 bytes_of(ValueType type) {
    switch (type.code()) {
        case types::i8.code(): return 1;
        case types::i16.code(): return 2;
        case types::i32.code():
        case types::f32.code(): return 4;
        case types::v128.code(): return 16;
        default: return 8;
    }
}

/// Fields in their order, each aligned to its size, v128 to 8.
void lay_out(RuntimeType& type) {
    u32 end = 0;
    for (const FieldType& field : type.fields) {
        const u32 bytes = bytes_of(field.type);
        const u32 alignment = std::min<u32>(bytes, 8);
        end = (end + alignment - 1) & ~(alignment - 1);
        type.offsets.push_back(end);
        if (field.type.is_reference()) type.references.push_back(end);
        end += bytes;
    }
    type.bytes = end;
}

/// Fills in the runtime type of `type`; the types of its group are there already.
void complete(RuntimeType& made, const DefinedType& type, const ClosedTypes& closed) {
    made.kind = type.kind;
    made.is_final = type.is_final;
    if (type.supertype) made.lineage = closed[*type.supertype].lineage;
    made.lineage.push_back(&made);
    for (const ValueType parameter : type.function.parameters)
        made.function.parameters.push_back(closed.close(parameter));
    for (const ValueType result : type.function.results)
        made.function.results.push_back(closed.close(result));
    for (const FieldType& field : type.fields)
        made.fields.push_back({closed.close(field.type), field.is_mutable});
    lay_out(made);
}

}  // namespace

ClosedTypes::ClosedTypes(ClosedTypes&& other) noexcept
    : types_(std::exchange(other.types_, {})), groups_(std::exchange(other.groups_, {})) {}

ClosedTypes& ClosedTypes::operator=(ClosedTypes&& other) noexcept {
    std::swap(types_, other.types_);
    std::swap(groups_, other.groups_);
    return *this;
}

ClosedTypes::~ClosedTypes() {
    if (groups_.empty()) return;
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    for (const u32 group : groups_) all.release(group);
}

bool ClosedTypes::add_group(std::span<const DefinedType> group) {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    KeyMaker maker(types_, all);
    for (const DefinedType& type : group) maker.add(type);
    Key key = maker.take_key();
    const auto known = all.by_key.find(key);
    const bool is_new = known == all.by_key.end();
    if (is_new && !all.has_room(group.size())) return false;
    const u32 index =
        is_new ? all.add(std::move(key), maker.take_outer(), group.size()) : known->second;
    Group& found = *all.groups[index];
    found.shares++;
    groups_.push_back(index);
    for (const auto& type : found.types) types_.push_back(type.get());
    if (is_new)
        for (size_t i = 0; i < group.size(); i++) complete(*found.types[i], group[i], *this);
    return true;
}

HeapType ClosedTypes::close(HeapType type) const {
    return type.is_index() ? HeapType::of_index(u32(types_[type.index()]->number)) : type;
}

ValueType ClosedTypes::close(ValueType type) const {
    if (!type.is_reference()) return type;
    return ValueType::reference(close(type.heap_type()), type.is_nullable());
}

const RuntimeType& runtime_type(TypeNumber number) { return *registry().types[u32(number)]; }

const RuntimeType& runtime_type(const FunctionType& type) {
    static std::mutex mutex;
    static ClosedTypes& kept = *new ClosedTypes;
    static auto& known = *new std::set<const RuntimeType*>;
    const DefinedType defined{.function = type};
    ClosedTypes one;
    CHECK(one.add_group({&defined, 1}));
    const RuntimeType& found = one[0];
    const std::lock_guard lock(mutex);
    if (known.insert(&found).second) CHECK(kept.add_group({&defined, 1}));
    return found;
}

// ---- Matching (Wasm 3.3.3) ---------------------------------------------------------------------

namespace {

/// The abstract type right above a defined one.
HeapType abstract_above(CompositeKind kind) {
    switch (kind) {
        case CompositeKind::function: return heap_types::function;
        case CompositeKind::structure: return heap_types::structure;
        case CompositeKind::array: return heap_types::array;
    }
    return heap_types::any;
}

bool matches_abstract(HeapType sub, HeapType super) {
    using namespace heap_types;
    if (sub == super || sub == bottom) return true;
    if (super == any) return sub == eq || matches_abstract(sub, eq);
    if (super == eq) return sub == i31 || sub == structure || sub == array || sub == none;
    if (super == i31 || super == structure || super == array) return sub == none;
    if (super == function) return sub == no_function;
    if (super == external) return sub == no_external;
    if (super == exception) return sub == no_exception;
    return false;
}

/// `find` gives the RuntimeType of an index.
template <class Find>
bool matches_with(const Find& find, HeapType sub, HeapType super) {
    if (sub == super) return true;
    if (sub.is_index()) {
        const RuntimeType& type = find(sub.index());
        if (super.is_index()) return is_subtype(type, find(super.index()));
        return matches_abstract(abstract_above(type.kind), super);
    }
    if (!super.is_index()) return matches_abstract(sub, super);
    const bool function = find(super.index()).kind == CompositeKind::function;
    return sub == heap_types::bottom ||
           sub == (function ? heap_types::no_function : heap_types::none);
}

template <class Find>
bool matches_with(const Find& find, ValueType sub, ValueType super) {
    if (sub == super || sub == types::unknown) return true;
    if (!sub.is_reference() || !super.is_reference()) return false;
    return (super.is_nullable() || !sub.is_nullable()) &&
           matches_with(find, sub.heap_type(), super.heap_type());
}

const RuntimeType& find_number(u32 number) { return runtime_type(TypeNumber(number)); }

HeapType top_of_abstract(HeapType type) {
    for (const HeapType top : {heap_types::function, heap_types::external, heap_types::exception})
        if (matches_abstract(type, top)) return top;
    return heap_types::any;
}

}  // namespace

bool matches(HeapType sub, HeapType super) { return matches_with(find_number, sub, super); }
bool matches(ValueType sub, ValueType super) { return matches_with(find_number, sub, super); }

bool ClosedTypes::matches(HeapType sub, HeapType super) const {
    return matches_with([&](u32 index) -> const RuntimeType& { return *types_[index]; }, sub,
                        super);
}

bool ClosedTypes::matches(ValueType sub, ValueType super) const {
    return matches_with([&](u32 index) -> const RuntimeType& { return *types_[index]; }, sub,
                        super);
}

HeapType ClosedTypes::top(HeapType type) const {
    return top_of_abstract(type.is_index() ? abstract_above(types_[type.index()]->kind) : type);
}

}  // namespace icvm::vm
