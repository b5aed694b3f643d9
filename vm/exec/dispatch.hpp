#pragma once

#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "vm/code/metering.hpp"
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

/// Lanes of which only the first matters.
ICVM_INLINE Lanes in_first_lane(u64 bits) {
#ifdef __clang__
    Lanes lanes;  // The others stay what they are: no instruction is spent on them.
    lanes[0] = bits;
    return lanes;
#else
    return Lanes{bits, 0};
#endif
}

/// The bits of the operand at a place; `n`: its field in the first cell, when it is in a slot.
template <Place place>
ICVM_INLINE u64 read(const Registers& r, u32 n) {
    if constexpr (place == Place::slot)
        return slot(r, field16(r, n));
    else if constexpr (is_integer_register(place))
        return r.r[u32(place) - u32(Place::r1)];
    else
        return r.x[u32(place) - u32(Place::x1)][0];
}

/// Writes a result to a place, likewise.
template <Place place>
ICVM_INLINE void write(Registers& r, u32 n, u64 bits) {
    if constexpr (place == Place::slot)
        slot(r, field16(r, n)) = bits;
    else if constexpr (is_integer_register(place))
        r.r[u32(place) - u32(Place::r1)] = bits;
    else
        r.x[u32(place) - u32(Place::x1)] = in_first_lane(bits);
}

/// Takes from the budget.
ICVM_INLINE void spend(Registers& r, i64 instructions) {
    if constexpr (metered) r.budget -= instructions;
}

ICVM_INLINE bool is_spent(const Registers& r) { return metered && r.budget < 0; }

/// Jumps from the target cell: pc is there already.
ICVM_INLINE void follow(Registers& r, const Cell* target) {
    i32 halves[2];
    std::memcpy(halves, target, sizeof halves);
    spend(r, halves[1]);
    r.pc = target + halves[0];
}

/// At a function entry and a loop header.
ICVM_INLINE Step check_budget(const Registers& r) {
    if (is_spent(r)) [[unlikely]]
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

// Behind r1 comes the register of shift counts (x86-64: rcx). It gets the handler's own address,
// which nobody reads: an operand there would have to be saved by every shift (9 % fewer machine
// instructions in xorshift, 2 to 3 % in hashing).
#define ICVM_REGISTERS                                                                          \
    const Cell *pc, u64 *fp, u8 *memory, Instance *instance, i64 budget, ControlEntry *control, \
        u64 r1, const void *, u64 r2, u64 r3, u64 r4, Lanes x1, Lanes x2, Lanes x3
#define ICVM_PASS(r, next)                                                                     \
    (r).pc, (r).fp, (r).memory, (r).instance, (r).budget, (r).control, (r).r[0],               \
        reinterpret_cast<const void*>(next), (r).r[1], (r).r[2], (r).r[3], (r).x[0], (r).x[1], \
        (r).x[2]
#define ICVM_TAKE                                                                   \
    {                                                                               \
        pc, fp, memory, instance, budget, control, {r1, r2, r3, r4}, { x1, x2, x3 } \
    }
#define ICVM_HANDLER [[clang::preserve_none]] void

using Handler = void(__attribute__((preserve_none)) *)(ICVM_REGISTERS);

/// Leaves the machine: saves the registers and returns to enter().
ICVM_HANDLER leave(ICVM_REGISTERS);

template <class Body>
ICVM_HANDLER handler(ICVM_REGISTERS) {
    Registers r = ICVM_TAKE;
    const Step step = Body::run(r);
    if (step == Step::next) [[likely]] {
        const Handler next = reinterpret_cast<Handler>(*r.pc);
        [[clang::musttail]] return next(ICVM_PASS(r, next));
    }
    if (step == Step::taken) {
        // Kept apart from the other way, lest the branch become a conditional move of pc (1.38x).
        asm volatile("# taken");
        const Handler next = reinterpret_cast<Handler>(*r.pc);
        [[clang::musttail]] return next(ICVM_PASS(r, next));
    }
    if constexpr (HasSlow<Body>)
        if (step == Step::slow) [[clang::musttail]]
            return handler<typename Body::Slow>(ICVM_PASS(r, r.pc));
    state_of(r.control).step = step;
    [[clang::musttail]] return leave(ICVM_PASS(r, r.pc));
}

#endif

/// The handlers of all forms of one operation: `Form<places…>` is the body with its slot operands
/// at those places. Its `exists` says whether there is such a form.
template <template <Place...> class Form, File... files>
struct FormHandlers;

/// The handlers by operation; each family fills in its own.
struct Handlers {
    HandlerTable addresses{};
    FormTables forms{};

    template <class Body>
    void put(Operation operation) {
        addresses[size_t(operation)] = reinterpret_cast<const void*>(&handler<Body>);
    }

    /// All forms of an operation whose slot operands are in these files.
    template <template <Place...> class Form, File... files>
    void put_forms(Operation operation) {
        addresses[size_t(operation)] =
            reinterpret_cast<const void*>(FormHandlers<Form, files...>::table[0]);
        forms[size_t(operation)] = {
            {files...},
            reinterpret_cast<const void* const*>(FormHandlers<Form, files...>::table.data())};
    }
};

template <template <Place...> class Form, File... files>
struct FormHandlers {
    static constexpr u32 count = (places_of(files) * ...);

    /// The place of operand `n` in the form with that number.
    static constexpr Place place(u32 form, u32 n) {
        constexpr File all[] = {files...};
        for (u32 last = sizeof...(files) - 1; last > n; last--) form /= places_of(all[last]);
        return place_in(all[n], form % places_of(all[n]));
    }

    template <u32 form>
    static constexpr Handler one() {
        return []<u32... n>(std::integer_sequence<u32, n...>) -> Handler {
            using Body = Form<place(form, n)...>;
            if constexpr (Body::exists)
                return &handler<Body>;
            else
                return nullptr;
        }(std::make_integer_sequence<u32, sizeof...(files)>());
    }

    static constexpr std::array<Handler, count> table =
        []<u32... form>(std::integer_sequence<u32, form...>) {
            return std::array<Handler, count>{one<form>()...};
        }(std::make_integer_sequence<u32, count>());
};

void put_i32_handlers(Handlers& handlers);
void put_i32_comparison_handlers(Handlers& handlers);
void put_i64_handlers(Handlers& handlers);
void put_i64_comparison_handlers(Handlers& handlers);
void put_f32_handlers(Handlers& handlers);
void put_f64_handlers(Handlers& handlers);
void put_load_handlers(Handlers& handlers);
void put_store_handlers(Handlers& handlers);
void put_indexed_load_handlers(Handlers& handlers);
void put_indexed_store_handlers(Handlers& handlers);
void put_load64_handlers(Handlers& handlers);
void put_store64_handlers(Handlers& handlers);
void put_load_branch_handlers(Handlers& handlers);
void put_control_handlers(Handlers& handlers);
void put_call_handlers(Handlers& handlers);
void put_fused_handlers(Handlers& handlers);
void put_fused_i32_handlers(Handlers& handlers);
void put_fused_i64_handlers(Handlers& handlers);
void put_move_handlers(Handlers& handlers);
void put_constant_handlers(Handlers& handlers);
void put_bulk_handlers(Handlers& handlers);
void put_table_handlers(Handlers& handlers);
void put_reference_handlers(Handlers& handlers);
void put_structure_handlers(Handlers& handlers);
void put_array_handlers(Handlers& handlers);
void put_exception_handlers(Handlers& handlers);
void put_vector_move_handlers(Handlers& handlers);
void put_vector_integer_handlers(Handlers& handlers);
void put_vector_float_handlers(Handlers& handlers);
void put_vector_constant_handlers(Handlers& handlers);
void put_vector_lane_handlers(Handlers& handlers);
void put_vector_load_handlers(Handlers& handlers);
void put_vector_store_handlers(Handlers& handlers);

/// All of them.
const HandlerTable& handler_table();
const FormTables& form_tables();

/// Before each instruction, when compiled with ICVM_COUNT_DISPATCHES: bench/frequency has it.
void count_dispatch(const Registers& registers);

/// Runs from the registers in `state` until a handler leaves; the registers and step are there
/// then.
void enter(ExecutionState& state);

}  // namespace icvm::vm
