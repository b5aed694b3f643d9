#pragma once

/// Vector instructions by their text, one lane after the other, as the specification words them:
/// what the handlers are compared with. No part of the program.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "vm/base/integers.hpp"

namespace icvm::vm::vector_model {

/// 128 bits; of a scalar the low half.
struct Bits {
    u64 low = 0;
    u64 high = 0;
    friend bool operator==(const Bits&, const Bits&) = default;
};

__extension__ using Whole = __int128;

/// A lane as a signed and as an unsigned number.
struct Lane {
    Whole s, u;
};

inline Lane lane(const Bits& vector, u32 width, u32 n) {
    u64 value = 0;
    std::memcpy(&value, reinterpret_cast<const u8*>(&vector) + n * width / 8, width / 8);
    const Whole sign = Whole(1) << (width - 1);
    return {(Whole(value) ^ sign) - sign, Whole(value)};
}

inline void set_lane(Bits& vector, u32 width, u32 n, Whole value) {
    const u64 bits = u64(value);
    std::memcpy(reinterpret_cast<u8*>(&vector) + n * width / 8, &bits, width / 8);
}

inline Whole clamp_signed(Whole value, u32 width) {
    const Whole end = Whole(1) << (width - 1);
    return std::clamp(value, -end, end - 1);
}
inline Whole clamp_unsigned(Whole value, u32 width) {
    return std::clamp(value, Whole(0), (Whole(1) << width) - 1);
}

using Binary = std::function<Whole(Lane, Lane, u32)>;
inline const std::map<std::string, Binary> integer_binary = {
    {"add", [](Lane a, Lane b, u32) { return a.u + b.u; }},
    {"sub", [](Lane a, Lane b, u32) { return a.u - b.u; }},
    {"mul", [](Lane a, Lane b, u32) { return a.s * b.s; }},
    {"add_sat_s", [](Lane a, Lane b, u32 w) { return clamp_signed(a.s + b.s, w); }},
    {"add_sat_u", [](Lane a, Lane b, u32 w) { return clamp_unsigned(a.u + b.u, w); }},
    {"sub_sat_s", [](Lane a, Lane b, u32 w) { return clamp_signed(a.s - b.s, w); }},
    {"sub_sat_u", [](Lane a, Lane b, u32 w) { return clamp_unsigned(a.u - b.u, w); }},
    {"min_s", [](Lane a, Lane b, u32) { return std::min(a.s, b.s); }},
    {"min_u", [](Lane a, Lane b, u32) { return std::min(a.u, b.u); }},
    {"max_s", [](Lane a, Lane b, u32) { return std::max(a.s, b.s); }},
    {"max_u", [](Lane a, Lane b, u32) { return std::max(a.u, b.u); }},
    {"avgr_u", [](Lane a, Lane b, u32) { return (a.u + b.u + 1) / 2; }},
    {"eq", [](Lane a, Lane b, u32) { return -Whole(a.u == b.u); }},
    {"ne", [](Lane a, Lane b, u32) { return -Whole(a.u != b.u); }},
    {"lt_s", [](Lane a, Lane b, u32) { return -Whole(a.s < b.s); }},
    {"lt_u", [](Lane a, Lane b, u32) { return -Whole(a.u < b.u); }},
    {"gt_s", [](Lane a, Lane b, u32) { return -Whole(a.s > b.s); }},
    {"gt_u", [](Lane a, Lane b, u32) { return -Whole(a.u > b.u); }},
    {"le_s", [](Lane a, Lane b, u32) { return -Whole(a.s <= b.s); }},
    {"le_u", [](Lane a, Lane b, u32) { return -Whole(a.u <= b.u); }},
    {"ge_s", [](Lane a, Lane b, u32) { return -Whole(a.s >= b.s); }},
    {"ge_u", [](Lane a, Lane b, u32) { return -Whole(a.u >= b.u); }},
    {"q15mulr_sat_s",
     [](Lane a, Lane b, u32 w) { return clamp_signed((a.s * b.s + 0x4000) >> 15, w); }},
    {"and", [](Lane a, Lane b, u32) { return a.u & b.u; }},
    {"andnot", [](Lane a, Lane b, u32) { return a.u & ~b.u; }},
    {"or", [](Lane a, Lane b, u32) { return a.u | b.u; }},
    {"xor", [](Lane a, Lane b, u32) { return a.u ^ b.u; }},
};

using Unary = std::function<Whole(Lane)>;
inline const std::map<std::string, Unary> integer_unary = {
    {"abs", [](Lane a) { return a.s < 0 ? -a.s : a.s; }},
    {"neg", [](Lane a) { return -a.s; }},
    {"not", [](Lane a) { return ~a.u; }},
    {"popcnt", [](Lane a) { return Whole(std::popcount(u64(a.u))); }},
};

template <class F>
using BitsOf = std::conditional_t<sizeof(F) == 4, u32, u64>;

template <class F>
F number(Lane lane) {
    return std::bit_cast<F>(BitsOf<F>(lane.u));
}
/// As its bits; NaNs canonical.
template <class F>
Whole bits_of(F value) {
    if (std::isnan(value)) return sizeof(F) == 4 ? 0x7FC00000 : Whole(0x7FF8000000000000);
    return Whole(std::bit_cast<BitsOf<F>>(value));
}

template <class F>
F minimum(F a, F b) {
    if (std::isnan(a) || std::isnan(b)) return NAN;
    if (a == b) return std::signbit(a) ? a : b;
    return a < b ? a : b;
}

template <class F>
Whole float_binary(const std::string& op, Lane x, Lane y) {
    const F a = number<F>(x), b = number<F>(y);
    if (op == "add") return bits_of<F>(a + b);
    if (op == "sub") return bits_of<F>(a - b);
    if (op == "mul") return bits_of<F>(a * b);
    if (op == "div") return bits_of<F>(a / b);
    if (op == "min") return bits_of<F>(minimum(a, b));
    if (op == "max") return bits_of<F>(-minimum(-a, -b));
    if (op == "pmin") return b < a ? y.u : x.u;
    if (op == "pmax") return a < b ? y.u : x.u;
    if (op == "eq") return -Whole(a == b);
    if (op == "ne") return -Whole(a != b);
    if (op == "lt") return -Whole(a < b);
    if (op == "gt") return -Whole(a > b);
    if (op == "le") return -Whole(a <= b);
    if (op == "ge") return -Whole(a >= b);
    throw std::logic_error(op);
}

template <class F>
Whole float_unary(const std::string& op, Lane x) {
    const F a = number<F>(x);
    const Whole sign = Whole(1) << (8 * sizeof(F) - 1);
    if (op == "abs") return x.u & ~sign;
    if (op == "neg") return x.u ^ sign;
    if (op == "ceil") return bits_of<F>(std::ceil(a));
    if (op == "floor") return bits_of<F>(std::floor(a));
    if (op == "trunc") return bits_of<F>(std::trunc(a));
    if (op == "nearest") return bits_of<F>(std::nearbyint(a));
    if (op == "sqrt") return bits_of<F>(std::sqrt(a));
    throw std::logic_error(op);
}

inline Whole truncate(f64 value, bool is_signed) {
    if (std::isnan(value)) return 0;
    const f64 low = is_signed ? -2147483648.0 : 0, high = is_signed ? 2147483647.0 : 4294967295.0;
    return Whole(std::trunc(std::clamp(value, low, high)));
}

inline u32 width_of(const std::string& shape) {
    return shape == "v128" ? 64 : u32(std::stoul(shape.substr(1)));
}

/// Instructions whose operands have another shape than the result, or that combine lanes.
inline Bits reshape(u32 width, const std::string& op, const std::vector<Bits>& operands) {
    const u32 count = 128 / width;
    const Bits a = operands[0], b = operands.size() > 1 ? operands[1] : Bits{};
    const bool is_signed = op.ends_with("_s") || op.find("_s_") != op.npos;
    const auto of = [&](const Bits& vector, u32 w, u32 n) {
        const Lane value = lane(vector, w, n);
        return is_signed ? value.s : value.u;
    };
    const u32 upper = op.find("_high_") != op.npos ? count : 0;
    Bits result;
    for (u32 n = 0; n < count; n++) {
        Whole value = 0;
        if (op.starts_with("extend_"))
            value = of(a, width / 2, upper + n);
        else if (op.starts_with("extmul_"))
            value = of(a, width / 2, upper + n) * of(b, width / 2, upper + n);
        else if (op.starts_with("extadd_"))
            value = of(a, width / 2, 2 * n) + of(a, width / 2, 2 * n + 1);
        else if (op.starts_with("narrow_")) {
            const Whole wide = lane(n < count / 2 ? a : b, 2 * width, n % (count / 2)).s;
            value = is_signed ? clamp_signed(wide, width) : clamp_unsigned(wide, width);
        } else if (op == "dot_i16x8_s")
            value =
                of(a, 16, 2 * n) * of(b, 16, 2 * n) + of(a, 16, 2 * n + 1) * of(b, 16, 2 * n + 1);
        else if (op == "splat")
            value = Whole(a.low);
        else if (op.starts_with("trunc_sat_f32x4"))
            value = truncate(number<f32>(lane(a, 32, n)), is_signed);
        else if (op.starts_with("trunc_sat_f64x2"))
            value = n < 2 ? truncate(number<f64>(lane(a, 64, n)), is_signed) : 0;
        else if (op.starts_with("convert_i32x4"))
            value = bits_of<f32>(f32(i64(of(a, 32, n))));
        else if (op.starts_with("convert_low_i32x4"))
            value = bits_of<f64>(f64(i64(of(a, 32, n))));
        else if (op == "demote_f64x2_zero")
            value = n < 2 ? bits_of<f32>(f32(number<f64>(lane(a, 64, n)))) : 0;
        else if (op == "promote_low_f32x4")
            value = bits_of<f64>(number<f32>(lane(a, 32, n)));
        else
            throw std::logic_error(op);
        set_lane(result, width, n, value);
    }
    return result;
}

inline Bits compute(const std::string& text, const std::vector<Bits>& operands);

/// Relaxed instructions in the deterministic profile.
inline Bits relaxed(const std::string& shape, const std::string& op,
                    const std::vector<Bits>& operands) {
    const auto of = [&](const std::string& name, const std::vector<Bits>& some) {
        return compute(shape + "." + name, some);
    };
    if (op == "madd" || op == "nmadd") {
        const Bits a = op == "madd" ? operands[0] : of("neg", {operands[0]});
        return of("add", {of("mul", {a, operands[1]}), operands[2]});
    }
    if (op == "laneselect") return compute("v128.bitselect", operands);
    if (op == "q15mulr_s") return of("q15mulr_sat_s", operands);
    if (op.starts_with("trunc_")) return of("trunc_sat_" + op.substr(6), operands);
    Bits products;
    if (op.starts_with("dot_")) {
        for (u32 n = 0; n < 8; n++) {
            Whole sum = 0;
            for (u32 k = 2 * n; k < 2 * n + 2; k++)
                sum += lane(operands[0], 8, k).s * lane(operands[1], 8, k).s;
            set_lane(products, 16, n, clamp_signed(sum, 16));
        }
        if (operands.size() == 2) return products;
        return of("add", {of("extadd_pairwise_i16x8_s", {products}), operands[2]});
    }
    return of(op, operands);  // swizzle, min, max
}

/// The instruction of that text, without an immediate.
inline Bits compute(const std::string& text, const std::vector<Bits>& operands) {
    const std::string shape = text.substr(0, text.find('.'));
    const std::string op = text.substr(shape.size() + 1);
    const u32 width = width_of(shape), count = 128 / width;
    const Bits a = operands[0], b = operands.size() > 1 ? operands[1] : Bits{};
    if (op.starts_with("relaxed_")) return relaxed(shape, op.substr(8), operands);
    if (op == "bitselect") {
        const Bits m = operands[2];
        return {(a.low & m.low) | (b.low & ~m.low), (a.high & m.high) | (b.high & ~m.high)};
    }
    if (op == "any_true") return {u64((a.low | a.high) != 0), 0};
    Bits result;
    const bool is_float = shape[0] == 'f';
    const bool shifts = op == "shl" || op == "shr_s" || op == "shr_u";
    if (op == "all_true" || op == "bitmask") {
        for (u32 n = 0; n < count; n++)
            result.low |= u64(op == "bitmask" ? lane(a, width, n).s < 0 : lane(a, width, n).u != 0)
                          << n;
        if (op == "all_true") result.low = result.low == (u64(1) << count) - 1;
        return result;
    }
    for (u32 n = 0; n < count; n++) {
        const Lane x = lane(a, width, n), y = lane(b, width, n);
        Whole value = 0;
        if (shifts) {
            const u32 by = u32(b.low) % width;
            value = op == "shl" ? x.u << by : op == "shr_s" ? x.s >> by : x.u >> by;
        } else if (op == "swizzle") {
            value = y.u < 16 ? lane(a, 8, u32(y.u)).u : 0;
        } else if (is_float && operands.size() == 2) {
            value = width == 32 ? float_binary<f32>(op, x, y) : float_binary<f64>(op, x, y);
        } else if (is_float && op.find('_') == op.npos && op != "splat") {
            value = width == 32 ? float_unary<f32>(op, x) : float_unary<f64>(op, x);
        } else if (!is_float && integer_binary.contains(op)) {
            value = integer_binary.at(op)(x, y, width);
        } else if (!is_float && integer_unary.contains(op)) {
            value = integer_unary.at(op)(x);
        } else {
            return reshape(width, op, operands);
        }
        set_lane(result, width, n, value);
    }
    return result;
}

/// Instructions with lanes as immediates.
inline Bits compute_lane(const std::string& text, const std::vector<Bits>& operands, u32 n) {
    const std::string shape = text.substr(0, text.find('.'));
    const u32 width = width_of(shape);
    if (text.find("replace_lane") != text.npos) {
        Bits result = operands[0];
        set_lane(result, width, n, Whole(operands[1].low));
        return result;
    }
    const Lane value = lane(operands[0], width, n);
    if (!text.ends_with("_s")) return {u64(value.u), 0};
    return {u32(value.s), 0};
}

inline Bits shuffle(const std::vector<Bits>& operands, const std::vector<u32>& lanes) {
    Bits result;
    for (u32 n = 0; n < 16; n++)
        set_lane(result, 8, n, lane(operands[lanes[n] / 16], 8, lanes[n] % 16).u);
    return result;
}

}  // namespace icvm::vm::vector_model
