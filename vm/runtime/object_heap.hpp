#pragma once

#include <memory>

#include "vm/runtime/type_registry.hpp"
#include "vm/wasm/value.hpp"

namespace icvm::vm {

struct TagInstance;

/// A structure, an array or an exception in the heap of a store: this header, then its fields (as
/// RuntimeType lays them out), elements, or the slots of the tag's arguments. It never moves.
struct Object {
    enum class Kind : u8 { structure, array, exception };
    union {
        const RuntimeType* type;  ///< structure, array
        const TagInstance* tag;   ///< exception
    };
    u32 length;  ///< array: number of elements; exception: of slots
    Kind kind;
    u8 mark;  ///< the collector's

    u8* content() { return reinterpret_cast<u8*>(this + 1); }
    const u8* content() const { return reinterpret_cast<const u8*>(this + 1); }
};
static_assert(sizeof(Object) == 16);

/// Receives every reference that can be reached directly.
class RootVisitor {
public:
    virtual void visit(u64 reference) = 0;  ///< any 64-bit form; what is no object is ignored

protected:
    ~RootVisitor() = default;
};

/// Who holds references: a store's instances, its running executions.
class RootSource {
public:
    virtual void visit_roots(RootVisitor& visitor) const = 0;

protected:
    ~RootSource() = default;
};

struct ObjectHeapOptions {
    /// Bytes of objects that may be alive at once, header and rounding included; more traps.
    u64 bytes_max = u64(1) << 30;
    /// Collects at every allocation: finds a root that was forgotten.
    bool stress = false;
};

/// The structures, arrays and exceptions of a store. Precise: an object lives as long as it is
/// reached from the roots. Whether an allocation succeeds depends only on what is alive.
class ObjectHeap {
public:
    explicit ObjectHeap(const ObjectHeapOptions& options);
    ~ObjectHeap();

    /// Contents are zero: null, 0. nullptr: bytes_max would be exceeded after a collection. May
    /// collect: whatever the caller holds must be reachable from the roots.
    Object* new_structure(const RuntimeType& type);
    Object* new_array(const RuntimeType& type, u32 length);
    Object* new_exception(const TagInstance& tag, u32 slots);

    void add_roots(const RootSource& source);
    void remove_roots(const RootSource& source);
    void collect();

    u64 bytes_alive() const;  ///< since the last collection: and what was allocated after it
    u64 collections() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

/// What kind of value a reference of the hierarchy of `any` or `extern` is.
enum class ReferenceKind : u8 { null, i31, structure, array, host };
ReferenceKind kind_of(u64 reference);

/// Whether a reference belongs to a closed heap type (ref.test; Wasm 4.4.5), in constant time.
bool is_instance(u64 reference, ValueType type);

}  // namespace icvm::vm
