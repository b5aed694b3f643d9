/// Instructions that make an array, or reach many of its elements. Their operands are in their
/// homes, from the slot in the upper half of the first cell on.

#include <algorithm>

#include "vm/exec/bulk.hpp"
#include "vm/exec/fields.hpp"

namespace icvm::vm {

namespace {

constexpr u32 cells = 5;

u64* window(const Registers& r) { return &slot(r, field32(r, 1)); }
u32 segment(const Registers& r) { return field32(r, 2); }
const RuntimeType& array_type(const Registers& r) { return type_at(r, cells - 1); }

/// The bytes of a data segment: none when it was dropped (Wasm 4.5.3).
Bytes data_of(const Registers& r) {
    const Instance& instance = *r.instance;
    if (instance.data_dropped[segment(r)]) return {};
    return instance.module->content(instance.module->data[segment(r)].content);
}

/// The references of an element segment: none when it was dropped.
std::span<const u64> elements_of(const Registers& r) {
    const Instance& instance = *r.instance;
    if (instance.elements_dropped[segment(r)]) return {};
    return instance.elements[segment(r)];
}

/// Makes the array that is the result of an instruction.
Object* new_array(Registers& r, u64 length) {
    save_registers(r);
    return r.instance->heap->new_array(array_type(r), u32(length));
}

Step finish_array(Registers& r, const Object* array) {
    slot(r, field16(r, 0)) = reinterpret_cast<u64>(array);
    r.pc += cells;
    return Step::next;
}

void fill(Object& array, u64 first, const u64* value, u64 length, const RuntimeType& type) {
    with_stored_type(type.fields[0].type, [&](auto stored) {
        using T = decltype(stored);
        store_field<T>(reinterpret_cast<u8*>(&stored), value);
        T* const elements = reinterpret_cast<T*>(array.content());
        std::fill_n(elements + first, length, stored);
    });
}

/// Behind the elements before `first`.
u8* place_of(Object& array, u64 first, const RuntimeType& type) {
    return array.content() + first * type.bytes;
}

void copy_bytes(u8* to, const void* from, u64 bytes) {
    if (bytes != 0) std::memmove(to, from, bytes);
}

struct ArrayNew {
    ICVM_INLINE Step run(Registers& r) {
        const RuntimeType& type = array_type(r);
        const u64 length = window(r)[type.fields[0].type.slots()];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        Object* array = new_array(r, length);
        if (array == nullptr) return trap(TrapReason::heap_exhausted);
        fill(*array, 0, window(r), length, type);
        return finish_array(r, array);
    }
};

struct ArrayNewDefault {
    ICVM_INLINE Step run(Registers& r) {
        const u64 length = window(r)[0];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        const Object* array = new_array(r, length);
        if (array == nullptr) return trap(TrapReason::heap_exhausted);
        return finish_array(r, array);
    }
};

struct ArrayNewFixed {
    ICVM_INLINE Step run(Registers& r) {
        const u32 length = field32(r, 2);
        Object* array = new_array(r, length);
        if (array == nullptr) return trap(TrapReason::heap_exhausted);
        const ValueType element = array_type(r).fields[0].type;
        with_stored_type(element, [&](auto stored) {
            using T = decltype(stored);
            const u64* operand = window(r);
            for (u32 n = 0; n < length; n++, operand += element.slots())
                store_field<T>(array->content() + n * sizeof(T), operand);
        });
        return finish_array(r, array);
    }
};

struct ArrayNewData {
    ICVM_INLINE Step run(Registers& r) {
        const RuntimeType& type = array_type(r);
        const u64 first = window(r)[0];
        const u64 length = window(r)[1];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        const Bytes data = data_of(r);
        if (!is_within(first, length * type.bytes, data.size()))
            return trap(TrapReason::memory_out_of_bounds);
        Object* array = new_array(r, length);
        if (array == nullptr) return trap(TrapReason::heap_exhausted);
        copy_bytes(array->content(), data.data() + first, length * type.bytes);
        return finish_array(r, array);
    }
};

struct ArrayNewElem {
    ICVM_INLINE Step run(Registers& r) {
        const u64 first = window(r)[0];
        const u64 length = window(r)[1];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        const std::span<const u64> elements = elements_of(r);
        if (!is_within(first, length, elements.size()))
            return trap(TrapReason::table_out_of_bounds);
        Object* array = new_array(r, length);
        if (array == nullptr) return trap(TrapReason::heap_exhausted);
        copy_bytes(array->content(), elements.data() + first, length * sizeof(u64));
        return finish_array(r, array);
    }
};

/// The array that is in a slot, when it has the elements; or why not.
Step find_array(u64 reference, u64 first, u64 length, Object*& array) {
    if (reference == 0) return trap(TrapReason::null_array_reference);
    array = reinterpret_cast<Object*>(reference);
    if (!is_within(first, length, array->length)) return trap(TrapReason::array_out_of_bounds);
    return Step::next;
}

struct ArrayFill {
    ICVM_INLINE Step run(Registers& r) {
        const RuntimeType& type = array_type(r);
        const u64* operands = window(r);
        const u64 length = operands[2 + type.fields[0].type.slots()];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        Object* array = nullptr;
        const Step step = find_array(operands[0], operands[1], length, array);
        if (step != Step::next) return step;
        fill(*array, operands[1], operands + 2, length, type);
        r.pc += cells;
        return Step::next;
    }
};

struct ArrayCopy {
    ICVM_INLINE Step run(Registers& r) {
        const RuntimeType& type = array_type(r);
        const u64* operands = window(r);
        const u64 length = operands[4];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        if (operands[0] == 0 || operands[2] == 0) return trap(TrapReason::null_array_reference);
        Object* to = nullptr;
        Object* from = nullptr;
        if (const Step step = find_array(operands[0], operands[1], length, to); step != Step::next)
            return step;
        const Step step = find_array(operands[2], operands[3], length, from);
        if (step != Step::next) return step;
        copy_bytes(place_of(*to, operands[1], type), place_of(*from, operands[3], type),
                   length * type.bytes);
        r.pc += cells;
        return Step::next;
    }
};

struct ArrayInitData {
    ICVM_INLINE Step run(Registers& r) {
        const RuntimeType& type = array_type(r);
        const u64* operands = window(r);
        const u64 length = operands[3];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        Object* array = nullptr;
        const Step step = find_array(operands[0], operands[1], length, array);
        if (step != Step::next) return step;
        const Bytes data = data_of(r);
        if (!is_within(operands[2], length * type.bytes, data.size()))
            return trap(TrapReason::memory_out_of_bounds);
        copy_bytes(place_of(*array, operands[1], type), data.data() + operands[2],
                   length * type.bytes);
        r.pc += cells;
        return Step::next;
    }
};

struct ArrayInitElem {
    ICVM_INLINE Step run(Registers& r) {
        const u64* operands = window(r);
        const u64 length = operands[3];
        if (const Step step = charge_bulk(r, length); step != Step::next) return step;
        Object* array = nullptr;
        const Step step = find_array(operands[0], operands[1], length, array);
        if (step != Step::next) return step;
        const std::span<const u64> elements = elements_of(r);
        if (!is_within(operands[2], length, elements.size()))
            return trap(TrapReason::table_out_of_bounds);
        copy_bytes(place_of(*array, operands[1], array_type(r)), elements.data() + operands[2],
                   length * sizeof(u64));
        r.pc += cells;
        return Step::next;
    }
};

}  // namespace

void put_array_handlers(Handlers& handlers) {
    handlers.put<ArrayNew>(Operation::array_new);
    handlers.put<ArrayNewDefault>(Operation::array_new_default);
    handlers.put<ArrayNewFixed>(Operation::array_new_fixed);
    handlers.put<ArrayNewData>(Operation::array_new_data);
    handlers.put<ArrayNewElem>(Operation::array_new_elem);
    handlers.put<ArrayFill>(Operation::array_fill);
    handlers.put<ArrayCopy>(Operation::array_copy);
    handlers.put<ArrayInitData>(Operation::array_init_data);
    handlers.put<ArrayInitElem>(Operation::array_init_elem);
}

}  // namespace icvm::vm
