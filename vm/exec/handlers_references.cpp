#include "vm/exec/dispatch.hpp"
#include "vm/runtime/object_heap.hpp"

namespace icvm::vm {

namespace {

const RuntimeType& type_at(const Registers& r) {
    return *reinterpret_cast<const RuntimeType*>(r.pc[2]);
}

ICVM_INLINE bool is_of(const RuntimeType* found, const RuntimeType& type) {
    return found == &type || is_subtype(*found, type);
}

/// How ref.test and ref.cast find out (Wasm 4.4.5): a structure or an array of a defined type …
struct ObjectTest {
    static constexpr u32 cells = 3;
    ICVM_INLINE bool holds(const Registers& r, u64 reference) {
        if (reference == 0) return field32(r, 1) != 0;
        return references::is_object(reference) &&
               is_of(reinterpret_cast<const Object*>(reference)->type, type_at(r));
    }
};

/// … a function of a defined type …
struct FunctionTest {
    static constexpr u32 cells = 3;
    ICVM_INLINE bool holds(const Registers& r, u64 reference) {
        if (reference == 0) return field32(r, 1) != 0;
        return is_of(reinterpret_cast<const FunctionInstance*>(reference)->runtime_type,
                     type_at(r));
    }
};

/// … what belongs to an abstract type.
struct AbstractTest {
    static constexpr u32 cells = 2;
    ICVM_INLINE bool holds(const Registers& r, u64 reference) {
        return is_instance(reference, ValueType{field32(r, 1)});
    }
};

template <class Test>
struct RefTest {
    ICVM_INLINE Step run(Registers& r) {
        slot(r, field16(r, 0)) = Test::holds(r, slot(r, field16(r, 1)));
        r.pc += Test::cells;
        return Step::next;
    }
};

template <class Test>
struct RefCast {
    ICVM_INLINE Step run(Registers& r) {
        if (!Test::holds(r, slot(r, field16(r, 0)))) [[unlikely]]
            return trap(TrapReason::cast_failure);
        r.pc += Test::cells;
        return Step::next;
    }
};

struct RefAsNonNull {
    ICVM_INLINE Step run(Registers& r) {
        if (slot(r, field16(r, 0)) == 0) [[unlikely]]
            return trap(TrapReason::null_reference);
        r.pc += 2;
        return Step::next;
    }
};

struct RefI31 {
    ICVM_INLINE Step run(Registers& r) {
        slot(r, field16(r, 0)) = references::i31(u32(slot(r, field16(r, 1))));
        r.pc += 2;
        return Step::next;
    }
};

template <bool is_signed>
struct I31Get {
    ICVM_INLINE Step run(Registers& r) {
        const u64 reference = slot(r, field16(r, 1));
        if (reference == 0) [[unlikely]]
            return trap(TrapReason::null_i31_reference);
        // The sign is bit 31 of the reference.
        slot(r, field16(r, 0)) =
            is_signed ? u32(i32(u32(reference)) >> 1) : references::i31_value(reference);
        r.pc += 2;
        return Step::next;
    }
};

}  // namespace

void put_reference_handlers(Handlers& handlers) {
    handlers.put<RefAsNonNull>(Operation::ref_as_non_null);
    handlers.put<RefTest<ObjectTest>>(Operation::ref_test_object);
    handlers.put<RefTest<FunctionTest>>(Operation::ref_test_function);
    handlers.put<RefTest<AbstractTest>>(Operation::ref_test_abstract);
    handlers.put<RefCast<ObjectTest>>(Operation::ref_cast_object);
    handlers.put<RefCast<FunctionTest>>(Operation::ref_cast_function);
    handlers.put<RefCast<AbstractTest>>(Operation::ref_cast_abstract);
    handlers.put<RefI31>(Operation::ref_i31);
    handlers.put<I31Get<true>>(Operation::i31_get_s);
    handlers.put<I31Get<false>>(Operation::i31_get_u);
}

}  // namespace icvm::vm
