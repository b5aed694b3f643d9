/// Structures, and the instructions that reach one element of an array.

#include "vm/exec/fields.hpp"

namespace icvm::vm {

namespace {

u8* object_bytes(u64 reference) { return reinterpret_cast<u8*>(reference); }

struct StructNewDefault {
    ICVM_INLINE Step run(Registers& r) {
        save_registers(r);
        Object* object = r.instance->heap->new_structure(type_at(r, 2));
        if (object == nullptr) return trap(TrapReason::heap_exhausted);
        slot(r, field16(r, 0)) = reinterpret_cast<u64>(object);
        r.pc += 3;
        return Step::next;
    }
};

struct StructNew {
    ICVM_INLINE Step run(Registers& r) {
        save_registers(r);
        const RuntimeType& type = type_at(r, 2);
        Object* object = r.instance->heap->new_structure(type);
        if (object == nullptr) return trap(TrapReason::heap_exhausted);
        const u64* operand = &slot(r, field32(r, 1));
        for (size_t n = 0; n < type.fields.size(); n++) {
            u8* const field = object->content() + type.offsets[n];
            with_stored_type(type.fields[n].type,
                             [&](auto stored) { store_field<decltype(stored)>(field, operand); });
            operand += type.fields[n].type.slots();
        }
        slot(r, field16(r, 0)) = reinterpret_cast<u64>(object);
        r.pc += 3;
        return Step::next;
    }
};

template <class T>
struct StructGet {
    ICVM_INLINE Step run(Registers& r) {
        const u64 reference = slot(r, field16(r, 1));
        if (reference == 0) [[unlikely]]
            return trap(TrapReason::null_structure_reference);
        load_field<T>(&slot(r, field16(r, 0)), object_bytes(reference) + field32(r, 1));
        r.pc += 2;
        return Step::next;
    }
};

template <class T>
struct StructSet {
    ICVM_INLINE Step run(Registers& r) {
        const u64 reference = slot(r, field16(r, 0));
        if (reference == 0) [[unlikely]]
            return trap(TrapReason::null_structure_reference);
        store_field<T>(object_bytes(reference) + field32(r, 1), &slot(r, field16(r, 1)));
        r.pc += 2;
        return Step::next;
    }
};

/// The element that an instruction means, or why there is none.
template <class T>
ICVM_INLINE Step find_element(u64 reference, u64 index, u8*& element) {
    if (reference == 0) [[unlikely]]
        return trap(TrapReason::null_array_reference);
    Object& array = *reinterpret_cast<Object*>(reference);
    if (index >= array.length) [[unlikely]]
        return trap(TrapReason::array_out_of_bounds);
    element = array.content() + index * sizeof(T);
    return Step::next;
}

template <class T>
struct ArrayGet {
    ICVM_INLINE Step run(Registers& r) {
        u8* element = nullptr;
        const Step step = find_element<T>(slot(r, field16(r, 1)), slot(r, field16(r, 2)), element);
        if (step != Step::next) [[unlikely]]
            return step;
        load_field<T>(&slot(r, field16(r, 0)), element);
        r.pc += 2;
        return Step::next;
    }
};

template <class T>
struct ArraySet {
    ICVM_INLINE Step run(Registers& r) {
        u8* element = nullptr;
        const Step step = find_element<T>(slot(r, field16(r, 0)), slot(r, field16(r, 1)), element);
        if (step != Step::next) [[unlikely]]
            return step;
        store_field<T>(element, &slot(r, field16(r, 2)));
        r.pc += 2;
        return Step::next;
    }
};

struct ArrayLen {
    ICVM_INLINE Step run(Registers& r) {
        const u64 reference = slot(r, field16(r, 1));
        if (reference == 0) [[unlikely]]
            return trap(TrapReason::null_array_reference);
        slot(r, field16(r, 0)) = reinterpret_cast<const Object*>(reference)->length;
        r.pc += 2;
        return Step::next;
    }
};

/// In the order of CODE_WIDTHS.
template <template <class> class Body>
void put_widths(Handlers& handlers, Operation first) {
    handlers.put<Body<u8>>(form_of(first, 0));
    handlers.put<Body<u16>>(form_of(first, 1));
    handlers.put<Body<u32>>(form_of(first, 2));
    handlers.put<Body<u64>>(form_of(first, 3));
    handlers.put<Body<VectorField>>(form_of(first, 4));
}

/// In the order of CODE_SIGNED_WIDTHS.
template <template <class> class Body>
void put_signed_widths(Handlers& handlers, Operation first) {
    put_widths<Body>(handlers, first);
    handlers.put<Body<i8>>(form_of(first, 5));
    handlers.put<Body<i16>>(form_of(first, 6));
}

}  // namespace

void put_structure_handlers(Handlers& handlers) {
    handlers.put<StructNew>(Operation::struct_new);
    handlers.put<StructNewDefault>(Operation::struct_new_default);
    put_signed_widths<StructGet>(handlers, Operation::struct_get_8);
    put_widths<StructSet>(handlers, Operation::struct_set_8);
    put_signed_widths<ArrayGet>(handlers, Operation::array_get_8);
    put_widths<ArraySet>(handlers, Operation::array_set_8);
    handlers.put<ArrayLen>(Operation::array_len);
}

}  // namespace icvm::vm
