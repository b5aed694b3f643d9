/// Vector instructions that name lanes or a constant; wide arithmetic.

#include "vm/exec/handlers_vector.hpp"
#include "vm/exec/numeric_wide.hpp"

namespace icvm::vm {

namespace {

/// Reads the lane where it is, as a Wide: of a register from the stack, as the lane is no constant.
template <class Lane, class Wide, Operation operation>
struct ExtractLane {
    template <Place d, Place a>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            Lane lane;
            if constexpr (a == Place::slot) {
                const u8* vector = reinterpret_cast<const u8*>(&slot(r, field16(r, 1)));
                std::memcpy(&lane, vector + sizeof(Lane) * field16(r, 2), sizeof lane);
            } else {
                const Lanes vector = vector_at<Lanes, a>(r, 1);
                u8 bytes[16];
                std::memcpy(bytes, &vector, sizeof bytes);
                std::memcpy(&lane, bytes + sizeof(Lane) * field16(r, 2), sizeof lane);
            }
            return conclude_vector<d, 2>(r, Wide(lane));
        }
    };
};

template <auto f, Operation operation>
struct ReplaceLane {
    using V = typename MeaningOf<f>::First;
    using Value = typename MeaningOf<f>::Second;

    template <Place d, Place a, Place b>
    struct At {
        static constexpr bool exists = !repeats_register<a, b>();
        ICVM_INLINE Step run(Registers& r) {
            return conclude_vector<d, 2>(
                r, f(vector_at<V, a>(r, 1), value_at<Value, b>(r, 2), field16(r, 3)));
        }
    };
};

template <auto f>
struct ShiftBy {
    using V = typename MeaningOf<f>::First;

    template <Place d, Place a>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude_vector<d, 2>(r, f(vector_at<V, a>(r, 1), field16(r, 2)));
        }
    };
};

template <Place d, Place a, Place b>
struct Shuffle {
    static constexpr bool exists = true;
    ICVM_INLINE Step run(Registers& r) {
        using numeric::u8x16;
        return conclude_vector<d, 4>(
            r, numeric::shuffle_marked(vector_at<u8x16, a>(r, 1), vector_at<u8x16, b>(r, 2),
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

template <class Lane, class Wide, Operation operation>
void put_extract_lane(Handlers& handlers) {
    using Body = ExtractLane<Lane, Wide, operation>;
    put_vector_forms<Body::template At, operation, operand_file<Wide>, File::vector>(handlers);
}

template <auto f, Operation operation>
void put_replace_lane(Handlers& handlers) {
    using Body = ReplaceLane<f, operation>;
    put_vector_forms<Body::template At, operation, File::vector, File::vector,
                     operand_file<typename Body::Value>>(handlers);
}

template <auto f>
void put_shift_by(Handlers& handlers, Operation operation) {
    using Body = ShiftBy<f>;
    handlers.put_forms<Body::template At, File::vector, File::vector>(operation);
}

}  // namespace

void put_vector_lane_handlers(Handlers& handlers) {
    using enum Operation;
    put_vector_forms<Shuffle, i8x16_shuffle, File::vector, File::vector, File::vector>(handlers);
    put_extract_lane<i8, i32, i8x16_extract_lane_s>(handlers);
    put_extract_lane<u8, u32, i8x16_extract_lane_u>(handlers);
    put_extract_lane<i16, i32, i16x8_extract_lane_s>(handlers);
    put_extract_lane<u16, u32, i16x8_extract_lane_u>(handlers);
    put_extract_lane<u32, u32, i32x4_extract_lane>(handlers);
    put_extract_lane<u64, u64, i64x2_extract_lane>(handlers);
    put_extract_lane<f32, f32, f32x4_extract_lane>(handlers);
    put_extract_lane<f64, f64, f64x2_extract_lane>(handlers);
    put_replace_lane<numeric::i8x16_replace_lane, i8x16_replace_lane>(handlers);
    put_replace_lane<numeric::i16x8_replace_lane, i16x8_replace_lane>(handlers);
    put_replace_lane<numeric::i32x4_replace_lane, i32x4_replace_lane>(handlers);
    put_replace_lane<numeric::i64x2_replace_lane, i64x2_replace_lane>(handlers);
    put_replace_lane<numeric::f32x4_replace_lane, f32x4_replace_lane>(handlers);
    put_replace_lane<numeric::f64x2_replace_lane, f64x2_replace_lane>(handlers);
#define CODE_SHIFT(id) put_shift_by<numeric::id>(handlers, Operation::id##_by);
#include "vm/code/code.def"
    handlers.put<WideOfFour<numeric::i64_add128>>(Operation::i64_add128);
    handlers.put<WideOfFour<numeric::i64_sub128>>(Operation::i64_sub128);
    handlers.put<WideOfTwo<numeric::i64_mul_wide_s>>(Operation::i64_mul_wide_s);
    handlers.put<WideOfTwo<numeric::i64_mul_wide_u>>(Operation::i64_mul_wide_u);
}

}  // namespace icvm::vm
