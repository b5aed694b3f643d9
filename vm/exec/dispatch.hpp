#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

#include "vm/exec/frame.hpp"

/// A handler's body is `static Step run(Registers&)`, always inlined. Here it becomes a handler:
/// one that passes the registers as arguments and jumps to the next (clang), or one that the loop
/// dispatcher calls (ICVM_LOOP_DISPATCH).

#define ICVM_INLINE [[gnu::always_inline]] static inline

namespace icvm::vm {

// ---- Operands ----------------------------------------------------------------------------------

/// Field `n` of 16 bits in the first cell of operands.
ICVM_INLINE u16 field16(const Registers& r, u32 n) {
    u16 value;
    std::memcpy(&value, reinterpret_cast<const u8*>(r.pc + 1) + 2 * n, sizeof value);
    return value;
}

/// Half `n` of the operands' cells.
ICVM_INLINE u32 field32(const Registers& r, u32 n) {
    u32 value;
    std::memcpy(&value, reinterpret_cast<const u8*>(r.pc + 1) + 4 * n, sizeof value);
    return value;
}

ICVM_INLINE u64& slot(const Registers& r, u32 index) { return r.fp[index]; }

/// The value of type T whose bits are in a slot.
template <class T>
ICVM_INLINE T from_bits(u64 bits) {
    if constexpr (std::is_floating_point_v<T>)
        return std::bit_cast<T>(std::conditional_t < sizeof(T) == 4, u32, u64 > (bits));
    else
        return T(bits);
}

/// As a slot holds it: integers zero-extended.
template <class T>
ICVM_INLINE u64 to_bits(T value) {
    if constexpr (std::is_floating_point_v<T>)
        return std::bit_cast<std::conditional_t<sizeof(T) == 4, u32, u64>>(value);
    else if constexpr (std::is_same_v<T, bool>)
        return value;
    else
        return std::make_unsigned_t<T>(value);
}

/// The immediate of type T in the upper half of the first cell; of f64 in a cell of its own.
template <class T>
ICVM_INLINE T immediate(const Registers& r, u32 f64_cell) {
    if constexpr (std::is_same_v<T, f64>)
        return std::bit_cast<f64>(r.pc[f64_cell]);
    else if constexpr (sizeof(T) == 8)
        return T(i64(i32(field32(r, 1))));
    else
        return from_bits<T>(field32(r, 1));
}

/// Where an operand is: the second template argument of bodies.
enum class From : u8 { slot, immediate };

/// Jumps from the target cell: pc is there already.
ICVM_INLINE void follow(Registers& r, const Cell* target) {
    i32 halves[2];
    std::memcpy(halves, target, sizeof halves);
    r.budget -= halves[1];
    r.pc = target + halves[0];
}

/// At a function entry and a loop header.
ICVM_INLINE Step check_budget(const Registers& r) {
    if (r.budget < 0) [[unlikely]]
        return Step::paused;
    return Step::next;
}

// ---- Handlers ----------------------------------------------------------------------------------

template <class Body>
concept HasSlow = requires { typename Body::Slow; };

#ifdef ICVM_LOOP_DISPATCH

using Handler = Step (*)(Registers&);

template <class Body>
Step handler(Registers& r) {
    const Step step = Body::run(r);
    if constexpr (HasSlow<Body>)
        if (step == Step::slow) return handler<typename Body::Slow>(r);
    return step;
}

#else

#define ICVM_REGISTERS \
    const Cell *pc, u64 *fp, u8 *memory, Instance *instance, i64 budget, ControlEntry *control
#define ICVM_PASS(r) (r).pc, (r).fp, (r).memory, (r).instance, (r).budget, (r).control
#define ICVM_HANDLER [[clang::preserve_none]] void

using Handler = void(__attribute__((preserve_none)) *)(ICVM_REGISTERS);

/// Leaves the machine: saves the registers and returns to enter().
ICVM_HANDLER leave(ICVM_REGISTERS);

template <class Body>
ICVM_HANDLER handler(ICVM_REGISTERS) {
    Registers r{pc, fp, memory, instance, budget, control};
    const Step step = Body::run(r);
    if (step == Step::next) [[likely]] {
        const Handler next = reinterpret_cast<Handler>(*r.pc);
        [[clang::musttail]] return next(ICVM_PASS(r));
    }
    if (step == Step::taken) {
        // Kept apart from the other way, lest the branch become a conditional move of pc (1.38x).
        asm volatile("# taken");
        const Handler next = reinterpret_cast<Handler>(*r.pc);
        [[clang::musttail]] return next(ICVM_PASS(r));
    }
    if constexpr (HasSlow<Body>)
        if (step == Step::slow) [[clang::musttail]]
            return handler<typename Body::Slow>(ICVM_PASS(r));
    state_of(r.control).step = step;
    [[clang::musttail]] return leave(ICVM_PASS(r));
}

#endif

/// The handlers by operation; each family fills in its own.
struct Handlers {
    HandlerTable addresses{};

    template <class Body>
    void put(Operation operation) {
        addresses[size_t(operation)] = reinterpret_cast<const void*>(&handler<Body>);
    }
};

void put_i32_handlers(Handlers& handlers);
void put_i64_handlers(Handlers& handlers);
void put_f32_handlers(Handlers& handlers);
void put_f64_handlers(Handlers& handlers);
void put_load_handlers(Handlers& handlers);
void put_store_handlers(Handlers& handlers);
void put_control_handlers(Handlers& handlers);
void put_call_handlers(Handlers& handlers);
void put_move_handlers(Handlers& handlers);
void put_bulk_handlers(Handlers& handlers);
void put_table_handlers(Handlers& handlers);
void put_reference_handlers(Handlers& handlers);
void put_structure_handlers(Handlers& handlers);
void put_array_handlers(Handlers& handlers);
void put_exception_handlers(Handlers& handlers);
void put_vector_move_handlers(Handlers& handlers);
void put_vector_integer_handlers(Handlers& handlers);
void put_vector_float_handlers(Handlers& handlers);
void put_vector_lane_handlers(Handlers& handlers);
void put_vector_load_handlers(Handlers& handlers);
void put_vector_store_handlers(Handlers& handlers);

/// All of them.
const HandlerTable& handler_table();

/// Runs from the registers in `state` until a handler leaves; the registers and step are there
/// then.
void enter(ExecutionState& state);

}  // namespace icvm::vm
