#pragma once

#include "vm/exec/handlers_numeric.hpp"

/// Register forms of numeric instructions that take or give floating point: it is in File::vector,
/// integers are in File::integer.
///
/// A register holds what a slot would: the bits above an f32 are zero. So a result is put into lane
/// 0 of the first operand's lanes, and nothing goes through a general register.

namespace icvm::vm {

template <class T>
struct ScalarLanes {
    using Type = void;
};
template <>
struct ScalarLanes<f32> {
    using Type [[gnu::vector_size(16)]] = f32;
};
template <>
struct ScalarLanes<f64> {
    using Type [[gnu::vector_size(16)]] = f64;
};
/// Lanes of f32 or f64, of which the first counts.
template <class T>
using ScalarLanesOf = typename ScalarLanes<T>::Type;

template <class T, Place place>
ICVM_INLINE ScalarLanesOf<T> lanes_at(const Registers& r, u32 n) {
    if constexpr (place == Place::slot)
        return std::bit_cast<ScalarLanesOf<T>>(in_first_lane(slot(r, field16(r, n))));
    else
        return std::bit_cast<ScalarLanesOf<T>>(r.x[u32(place) - u32(Place::x1)]);
}

/// The operand of type T at a place.
template <class T, Place place>
ICVM_INLINE T value_at(const Registers& r, u32 n) {
    if constexpr (std::is_floating_point_v<T>)
        return lanes_at<T, place>(r, n)[0];
    else
        return from_bits<T>(read<place>(r, n));
}

/// Makes lanes unknown to the compiler: what made them is done once, and in place.
template <class V>
ICVM_INLINE V settled(V lanes) {
#if defined(__clang__) && defined(__x86_64__)
    asm("" : "+x"(lanes));
#endif
    return lanes;
}

/// The lanes around a result that no operand gives: of f32 zeros, of f64 any.
template <class T>
ICVM_INLINE ScalarLanesOf<T> blank_lanes() {
    if constexpr (sizeof(T) == 8)
        return std::bit_cast<ScalarLanesOf<T>>(in_first_lane(0));
    else
        return settled(ScalarLanesOf<T>{});
}

/// Writes lanes to the destination.
template <Place d, class V>
ICVM_INLINE void write_lanes(Registers& r, V value) {
    const Lanes lanes = std::bit_cast<Lanes>(value);
    if constexpr (d == Place::slot)
        slot(r, field16(r, 0)) = lanes[0];
    else
        r.x[u32(d) - u32(Place::x1)] = lanes;
}

template <auto f>
concept IsCanonical = requires { f.raw; };

/// Writes what `f` gives, of floats into lane 0 of `under`, and goes on, or traps.
template <auto f, Place d, u32 cells, class Under, class... Operands>
ICVM_INLINE Step conclude_over(Registers& r, Under under, Operands... operands) {
    if constexpr (!std::is_floating_point_v<ResultOf<f>>) {
        return conclude<d, cells>(r, f(operands...));
    } else {
        if constexpr (IsCanonical<f>) {
            under[0] = f.raw(operands...);
            under = settled(under);  // Else the operation is done again after the test.
            if (under[0] != under[0]) [[unlikely]]
                under = Under{numeric::canonical_nan<ResultOf<f>>};
        } else {
            under[0] = f(operands...);
        }
        write_lanes<d>(r, under);
        r.pc += cells;
        return Step::next;
    }
}

/// Whether all that `f` does is to set or flip the sign.
template <auto f>
inline constexpr bool is_sign = requires { f.keep; };

/// abs, neg: all bits at once, those above an f32 among them.
template <auto f>
struct SignForms {
    template <Place d, Place a>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            const Lanes lanes = std::bit_cast<Lanes>(lanes_at<FirstOf<f>, a>(r, 1));
            write_lanes<d>(r, (lanes & Lanes{f.keep, f.keep}) ^ Lanes{f.flip, f.flip});
            r.pc += 2;
            return Step::next;
        }
    };
};

/// Whether an instruction has register forms. Those that are rare between floats have none.
constexpr bool has_float_forms(Operation operation) {
    switch (operation) {
        using enum Operation;
        case f32_copysign:
        case f64_copysign:
        case f32_convert_i64_s:
        case f32_convert_i64_u:
        case i32_trunc_f32_u:
        case i64_trunc_f32_s:
        case i64_trunc_f32_u:
        case i64_trunc_f64_u:
        case i64_trunc_sat_f32_s:
        case i64_trunc_sat_f32_u: return false;
        default: return true;
    }
}

/// Whether there is a form with operands at these places. A register twice is for squares, and for
/// the test for a NaN.
template <Operation operation>
constexpr bool has_places(Place a, Place b) {
    if (a == b && a != Place::slot) return swapped(operation) == operation;
    return ordered<operation>(a, b);
}

/// An instruction where an operand or the result is a float.
template <auto f, Operation operation>
struct FloatForms {
    using A = FirstOf<f>;
    using B = SecondOf<f>;
    using R = typename Plain<ResultOf<f>>::Type;

    /// What is around the result: the first operand's lanes, when they are of its type.
    template <Place a>
    ICVM_INLINE auto under(const Registers& r) {
        if constexpr (!std::is_floating_point_v<R>)
            return 0;
        else if constexpr (std::is_same_v<A, R>)
            return lanes_at<A, a>(r, 1);
        else
            return blank_lanes<R>();
    }

    template <Place d, Place a>
    struct Unary {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude_over<f, d, 2>(r, under<a>(r), value_at<A, a>(r, 1));
        }
    };

    template <Place d, Place a, Place b>
    struct Binary {
        static constexpr bool exists = has_places<operation>(a, b);
        ICVM_INLINE Step run(Registers& r) {
            const A first = value_at<A, a>(r, 1);
            const B second = value_at<B, b>(r, 2);
            // The first operand is computed into; here it would be loaded for that.
            if constexpr (a == Place::slot && b != Place::slot && swapped(operation) == operation)
                return conclude_over<f, d, 2>(r, lanes_at<B, b>(r, 2), second, first);
            else
                return conclude_over<f, d, 2>(r, under<a>(r), first, second);
        }
    };

    template <Place d, Place a>
    struct WithImmediate {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude_over<f, d, 2 + immediate_cells<A>>(r, under<a>(r), value_at<A, a>(r, 1),
                                                               immediate<B>(r, 2));
        }
    };

    template <Place d, Place b>
    struct OfImmediate {
        static constexpr bool exists =
            swapped(operation) == Operation::none || (d == Place::slot && b == Place::slot);
        ICVM_INLINE Step run(Registers& r) {
            const A a = immediate<A>(r, 2);
            return conclude_over<f, d, 2 + immediate_cells<A>>(r, ScalarLanesOf<A>{a}, a,
                                                               value_at<B, b>(r, 1));
        }
    };
};

/// What is done with a product.
enum class Then : u8 { add, sub_from, sub };

/// d = a + b * c, a - b * c, b * c - a: each rounded, as two instructions do it. The product needs
/// no test: a NaN of it is one of the result, which is the canonical one anyway.
template <class F, Then then>
struct Product {
    template <Place d, Place a, Place b, Place c>
    struct At {
        static constexpr bool exists = b <= c;
        /// In the lanes of a factor from a register, if there is one: it is computed into.
        ICVM_INLINE ScalarLanesOf<F> multiply(const Registers& r) {
            constexpr bool second = b == Place::slot && c != Place::slot;
            auto product = second ? lanes_at<F, c>(r, 3) : lanes_at<F, b>(r, 2);
            product[0] = product[0] * (second ? value_at<F, b>(r, 2) : value_at<F, c>(r, 3));
            return settled(product);
        }
        ICVM_INLINE Step run(Registers& r) {
            auto product = multiply(r);
            auto result = then == Then::sub_from ? lanes_at<F, a>(r, 1) : product;
            if constexpr (then == Then::add)
                result[0] = product[0] + value_at<F, a>(r, 1);
            else if constexpr (then == Then::sub)
                result[0] = product[0] - value_at<F, a>(r, 1);
            else
                result[0] = value_at<F, a>(r, 1) - product[0];
            result = settled(result);
            if (result[0] != result[0]) [[unlikely]]
                result = ScalarLanesOf<F>{numeric::canonical_nan<F>};
            write_lanes<d>(r, result);
            r.pc += 2;
            return Step::next;
        }
    };
};

/// A comparison of floats fused with a branch.
template <auto f, Operation operation, bool back>
struct FloatBranch {
    using A = FirstOf<f>;

    template <Place a, Place b>
    struct At {
        static constexpr bool exists = has_places<operation>(a, b);
        ICVM_INLINE Step run(Registers& r) {
            return branch<back, 3>(r, f(value_at<A, a>(r, 0), value_at<A, b>(r, 1)), 2);
        }
    };
    template <Place a>
    struct WithImmediate {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return branch<back, 3 + immediate_cells<A>>(
                r, f(value_at<A, a>(r, 0), immediate<A>(r, 3)), 2);
        }
    };
};

template <class T>
inline constexpr File file_of = std::is_floating_point_v<T> ? File::vector : File::integer;

/// The float that an instruction is about: its result, or what it takes; void: none.
template <auto f>
using FloatOf =
    std::conditional_t<std::is_floating_point_v<typename Plain<ResultOf<f>>::Type>,
                       typename Plain<ResultOf<f>>::Type,
                       std::conditional_t<std::is_floating_point_v<FirstOf<f>>, FirstOf<f>, void>>;

/// Puts a body's form in slots, and if there are any, those in registers.
template <bool in_registers, template <Place...> class Form, File... files>
void put_places(Handlers& handlers, Operation operation) {
    if constexpr (in_registers)
        handlers.put_forms<Form, files...>(operation);
    else
        handlers.put<Form<((void)files, Place::slot)...>>(operation);
}

template <class Float, auto f, Operation first>
void put_float(Handlers& handlers) {
    if constexpr (std::is_same_v<FloatOf<f>, Float>) {
        using Forms = FloatForms<f, first>;
        constexpr File d = file_of<typename Forms::R>;
        constexpr File file = file_of<typename Forms::A>;
        constexpr bool all = has_float_forms(first);
        if constexpr (is_sign<f>) {
            handlers.put_forms<SignForms<f>::template At, file, file>(first);
        } else if constexpr (std::is_void_v<SecondOf<f>>) {
            put_places<all, Forms::template Unary, d, file>(handlers, first);
        } else {
            put_places<all, Forms::template Binary, d, file, file>(handlers, first);
            put_places<all, Forms::template WithImmediate, d, file>(handlers, form_of(first, 1));
            put_places<all, Forms::template OfImmediate, d, file>(handlers, form_of(first, 2));
        }
    }
}

template <class Float, auto f, Operation first>
void put_float_branch(Handlers& handlers) {
    if constexpr (std::is_same_v<FirstOf<f>, Float>) {
        using Forward = FloatBranch<f, first, false>;
        using Back = FloatBranch<f, first, true>;
        constexpr File file = File::vector;
        handlers.put_forms<Forward::template At, file, file>(first);
        handlers.put_forms<Forward::template WithImmediate, file>(form_of(first, 1));
        handlers.put_forms<Back::template At, file, file>(form_of(first, 2));
        handlers.put_forms<Back::template WithImmediate, file>(form_of(first, 3));
    }
}

/// Of the products, in the order of code.def.
template <class Float>
void put_products(Handlers& handlers, Operation first) {
    constexpr File file = File::vector;
    using Add = Product<Float, Then::add>;
    using SubFrom = Product<Float, Then::sub_from>;
    using Sub = Product<Float, Then::sub>;
    handlers.put_forms<Add::template At, file, file, file, file>(first);
    handlers.put_forms<SubFrom::template At, file, file, file, file>(form_of(first, 1));
    handlers.put_forms<Sub::template At, file, file, file, file>(form_of(first, 2));
}

template <class Float>
void put_float_family(Handlers& handlers) {
#define WASM_NUMERIC(code, id, ...) put_float<Float, numeric::id, Operation::id>(handlers);
#include "vm/wasm/opcode.def"
#define CODE_BRANCH(id, inverse, swapped) \
    put_float_branch<Float, numeric::id, Operation::branch_##id>(handlers);
#define CODE_BRANCH_NOT(id, inverse, swapped) CODE_BRANCH(id, inverse, swapped)
#include "vm/code/code.def"
}

}  // namespace icvm::vm
