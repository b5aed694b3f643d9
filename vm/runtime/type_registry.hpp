#pragma once

#include <memory>
#include <span>
#include <vector>

#include "vm/wasm/types.hpp"

namespace icvm::vm {

/// The number of a defined type: equal types (Wasm 3.1.4, iso-recursive), equal numbers, in the
/// whole process, while any share of them lives. Only equality means anything.
enum class TypeNumber : u32 {};

/// Types that are registered at once: what HeapType has bits for.
inline constexpr u32 registered_types_max = HeapType::abstract;

/// A defined type as it is at run time, unrolled and closed: one for each TypeNumber, at a fixed
/// address, so that two types are equal when their addresses are. Type indices in it are numbers.
struct RuntimeType {
    TypeNumber number{};
    CompositeKind kind = CompositeKind::function;
    bool is_final = true;
    /// From the root of its hierarchy down to itself.
    std::vector<const RuntimeType*> lineage;
    FunctionType function;
    std::vector<FieldType> fields;  ///< of an array one

    // How an object of it lies in the heap, behind the header.
    std::vector<u32> offsets;     ///< of each field, in bytes; naturally aligned, v128 to 8
    u32 bytes = 0;                ///< of a structure's fields; of one element of an array
    std::vector<u32> references;  ///< the offsets of fields that hold references
};

/// Wasm 3.1.5, reflexive; in constant time.
inline bool is_subtype(const RuntimeType& sub, const RuntimeType& super) {
    const size_t depth = super.lineage.size();
    return sub.lineage.size() >= depth && sub.lineage[depth - 1] == &super;
}

/// Matching of closed types (type indices are numbers), Wasm 3.3.
bool matches(HeapType sub, HeapType super);
bool matches(ValueType sub, ValueType super);

/// The types of a module, closed group by group: its share in the process's registry, which forgets
/// a type when its last share goes. Thread-safe where it meets the registry.
class ClosedTypes {
public:
    ClosedTypes() = default;
    ~ClosedTypes();
    ClosedTypes(ClosedTypes&&) noexcept;
    ClosedTypes& operator=(ClosedTypes&&) noexcept;

    /// Adds the group that begins at type size(): its indices are below its end, its supertypes
    /// below the type itself and of the same kind. False: there are registered_types_max.
    bool add_group(std::span<const DefinedType> group);

    u32 size() const { return u32(types_.size()); }
    const RuntimeType& operator[](u32 index) const { return *types_[index]; }
    std::span<const RuntimeType* const> all() const { return types_; }
    /// A type of the module with its index replaced by the number.
    ValueType close(ValueType type) const;
    HeapType close(HeapType type) const;
    /// Matching of types whose indices are the module's, Wasm 3.3.
    bool matches(ValueType sub, ValueType super) const;
    bool matches(HeapType sub, HeapType super) const;
    /// The abstract type at the top of a type's hierarchy.
    HeapType top(HeapType type) const;

private:
    std::vector<const RuntimeType*> types_;
    std::vector<u32> groups_;  ///< of the registry, each counted once for each time it is here
};

/// The type of that number, of which a share lives. Takes no lock.
const RuntimeType& runtime_type(TypeNumber number);

/// A function type without indices, as hosts have them: final, without supertype. Lives for ever.
const RuntimeType& runtime_type(const FunctionType& type);

}  // namespace icvm::vm
