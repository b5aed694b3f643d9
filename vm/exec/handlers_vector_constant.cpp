/// Vector instructions with a constant behind them (pairs.def).

#include "vm/exec/handlers_vector.hpp"

namespace icvm::vm {

namespace {

template <auto f>
struct VectorConstant {
    using A = typename MeaningOf<f>::First;
    using B = typename MeaningOf<f>::Second;

    template <Place d, Place a>
    struct At {
        static constexpr bool exists = true;
        ICVM_INLINE Step run(Registers& r) {
            return conclude_vector<d, 4>(r, f(vector_at<A, a>(r, 1), read_vector<B>(r.pc + 2)));
        }
    };
};

template <auto f>
void put_vector_constant(Handlers& handlers, Operation operation) {
    using Body = VectorConstant<f>;
    handlers.put_forms<Body::template At, File::vector, File::vector>(operation);
}

}  // namespace

void put_vector_constant_handlers(Handlers& handlers) {
#define CODE_VECTOR_CONSTANT(id) \
    put_vector_constant<numeric::id>(handlers, Operation::id##_constant);
#include "vm/code/code.def"
}

}  // namespace icvm::vm
