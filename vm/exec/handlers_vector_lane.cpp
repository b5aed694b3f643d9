/// Vector instructions that name lanes or a constant; wide arithmetic.

#include "vm/exec/handlers_vector.hpp"
#include "vm/exec/numeric_wide.hpp"

namespace icvm::vm {

namespace {

/// Reads the lane where it is, as a Wide: no vector is needed.
template <class Lane, class Wide>
struct ExtractLane {
    ICVM_INLINE Step run(Registers& r) {
        const u8* vector = reinterpret_cast<const u8*>(&slot(r, field16(r, 1)));
        Lane lane;
        std::memcpy(&lane, vector + sizeof(Lane) * field16(r, 2), sizeof lane);
        return conclude_vector<2>(r, Wide(lane));
    }
};

template <auto f>
struct ReplaceLane {
    ICVM_INLINE Step run(Registers& r) {
        using V = typename MeaningOf<f>::First;
        using Value = typename MeaningOf<f>::Second;
        return conclude_vector<2>(
            r, f(vector_operand<V>(r, 1), vector_operand<Value>(r, 2), field16(r, 3)));
    }
};

template <auto f>
struct ShiftBy {
    ICVM_INLINE Step run(Registers& r) {
        using V = typename MeaningOf<f>::First;
        return conclude_vector<2>(r, f(vector_operand<V>(r, 1), field16(r, 2)));
    }
};

struct Shuffle {
    ICVM_INLINE Step run(Registers& r) {
        using numeric::u8x16;
        return conclude_vector<4>(
            r, numeric::i8x16_shuffle(vector_operand<u8x16>(r, 1), vector_operand<u8x16>(r, 2),
                                      read_vector<u8x16>(r.pc + 2)));
    }
};

/// Writes the low and the high half to the destination and the slot above.
template <u32 cells>
ICVM_INLINE Step conclude_wide(Registers& r, u128 result) {
    u64* destination = &slot(r, field16(r, 0));
    destination[0] = u64(result);
    destination[1] = u64(result >> 64);
    r.pc += cells;
    return Step::next;
}

template <auto f>
struct WideOfFour {
    ICVM_INLINE Step run(Registers& r) {
        return conclude_wide<3>(r, f(slot(r, field16(r, 1)), slot(r, field16(r, 2)),
                                     slot(r, field16(r, 3)), slot(r, field16(r, 4))));
    }
};

template <auto f>
struct WideOfTwo {
    ICVM_INLINE Step run(Registers& r) {
        return conclude_wide<2>(r, f(slot(r, field16(r, 1)), slot(r, field16(r, 2))));
    }
};

}  // namespace

void put_vector_lane_handlers(Handlers& handlers) {
    handlers.put<Shuffle>(Operation::i8x16_shuffle);
    handlers.put<ExtractLane<i8, i32>>(Operation::i8x16_extract_lane_s);
    handlers.put<ExtractLane<u8, u32>>(Operation::i8x16_extract_lane_u);
    handlers.put<ExtractLane<i16, i32>>(Operation::i16x8_extract_lane_s);
    handlers.put<ExtractLane<u16, u32>>(Operation::i16x8_extract_lane_u);
    handlers.put<ExtractLane<u32, u32>>(Operation::i32x4_extract_lane);
    handlers.put<ExtractLane<u64, u64>>(Operation::i64x2_extract_lane);
    handlers.put<ExtractLane<f32, f32>>(Operation::f32x4_extract_lane);
    handlers.put<ExtractLane<f64, f64>>(Operation::f64x2_extract_lane);
    handlers.put<ReplaceLane<numeric::i8x16_replace_lane>>(Operation::i8x16_replace_lane);
    handlers.put<ReplaceLane<numeric::i16x8_replace_lane>>(Operation::i16x8_replace_lane);
    handlers.put<ReplaceLane<numeric::i32x4_replace_lane>>(Operation::i32x4_replace_lane);
    handlers.put<ReplaceLane<numeric::i64x2_replace_lane>>(Operation::i64x2_replace_lane);
    handlers.put<ReplaceLane<numeric::f32x4_replace_lane>>(Operation::f32x4_replace_lane);
    handlers.put<ReplaceLane<numeric::f64x2_replace_lane>>(Operation::f64x2_replace_lane);
#define CODE_SHIFT(id) handlers.put<ShiftBy<numeric::id>>(Operation::id##_by);
#include "vm/compile/code.def"
    handlers.put<WideOfFour<numeric::i64_add128>>(Operation::i64_add128);
    handlers.put<WideOfFour<numeric::i64_sub128>>(Operation::i64_sub128);
    handlers.put<WideOfTwo<numeric::i64_mul_wide_s>>(Operation::i64_mul_wide_s);
    handlers.put<WideOfTwo<numeric::i64_mul_wide_u>>(Operation::i64_mul_wide_u);
}

}  // namespace icvm::vm
