// Big integers: 32-bit limbs with 64-bit products. A power modulo 2^521 - 1 (a Mersenne prime: to
// reduce is to shift and add), then divisions by a small number for its decimal digits. n times.
#include "program.h"

enum { LIMBS = 17, BITS = 521 };
typedef struct { u32 limb[LIMBS]; } Number;

static u32 at_least(const Number* a) {
    if (a->limb[LIMBS - 1] != 0x1ff) return a->limb[LIMBS - 1] > 0x1ff;
    for (u32 i = 0; i < LIMBS - 1; i++)
        if (a->limb[i] != 0xffffffff) return 0;
    return 1;
}

// a and b below 2^521; so is the result, congruent to their product.
static void multiply(Number* result, const Number* a, const Number* b) {
    u32 product[2 * LIMBS] = {0};
    for (u32 i = 0; i < LIMBS; i++) {
        u64 carry = 0;
        for (u32 j = 0; j < LIMBS; j++) {
            carry += (u64)a->limb[i] * b->limb[j] + product[i + j];
            product[i + j] = (u32)carry;
            carry >>= 32;
        }
        product[i + LIMBS] = (u32)carry;
    }
    u64 carry = 0;
    for (u32 i = 0; i < LIMBS; i++) {
        u32 low = i == LIMBS - 1 ? product[i] & 0x1ff : product[i];
        u32 high = product[i + LIMBS - 1] >> 9 | product[i + LIMBS] << 23;
        carry += (u64)low + high;
        result->limb[i] = (u32)carry;
        carry >>= 32;
    }
    for (u32 over = result->limb[LIMBS - 1] >> 9; over || at_least(result);) {
        carry = over ? over : 1;
        result->limb[LIMBS - 1] &= over ? 0x1ff : 0xffffffff;
        for (u32 i = 0; i < LIMBS; i++) {
            carry += result->limb[i];
            result->limb[i] = (u32)carry;
            carry >>= 32;
        }
        result->limb[LIMBS - 1] &= 0x1ff;
        over = 0;
    }
}

static u32 divide(Number* a, u32 by) {
    u64 rest = 0;
    for (u32 i = LIMBS; i-- > 0;) {
        rest = rest << 32 | a->limb[i];
        a->limb[i] = (u32)(rest / by);
        rest %= by;
    }
    return (u32)rest;
}

static u32 decimal(Number a) {
    u32 sum = 0;
    for (u32 i = 0; i < 18; i++) {
        u32 digits = divide(&a, 1000000000);
        for (u32 j = 0; j < 9; j++, digits /= 10) sum = sum * 31 + digits % 10;
    }
    return sum;
}

u32 run(u32 n) {
    u64 seed = 88172645463325252;
    Number base;
    for (u32 i = 0; i < LIMBS; i++) base.limb[i] = (u32)next_random(&seed);
    base.limb[LIMBS - 1] &= 0x1ff;
    u32 sum = 0;
    while (n--) {
        Number power = {{1}}, square = base;
        for (u32 exponent = 0xb5ad4ece ^ n; exponent; exponent >>= 1) {
            if (exponent & 1) multiply(&power, &power, &square);
            multiply(&square, &square, &square);
        }
        sum = sum * 31 + decimal(power);
        base = power;
    }
    return sum;
}
