#pragma once

#include <vector>

#include "vm/base/result.hpp"
#include "vm/runtime/instance.hpp"
#include "vm/runtime/trap.hpp"
#include "vm/wasm/opcode.hpp"

namespace icvm::vm {

struct Instruction;

/// Evaluates constant expressions, which have been validated (Wasm 3.4.16, 4.7.3), within an
/// instance whose functions, and whose globals as far as the expression reads them, are there. What
/// it has made so far is a root of the heap: it may collect. The values that it returns are not.
class ConstantEvaluator final : RootSource {
public:
    explicit ConstantEvaluator(const Instance& instance);
    ~ConstantEvaluator();
    ConstantEvaluator(const ConstantEvaluator&) = delete;

    /// A number zero-extended, a vector, or a reference.
    struct Bits {
        u64 low = 0;
        u64 high = 0;
    };
    /// The trap is heap_exhausted.
    Result<Bits, TrapReason> evaluate(const ConstantExpression& expression);

private:
    struct Operand {
        Bits bits;
        bool is_reference = false;
    };

    void visit_roots(RootVisitor& visitor) const override;
    /// False: the heap is exhausted.
    bool apply(const Instruction& instruction);
    bool apply_aggregate(const Instruction& instruction);
    void apply_global_get(u32 index);
    void apply_binary(Opcode opcode);
    bool new_structure(const RuntimeType& type, bool with_defaults);
    bool new_array(const RuntimeType& type, u32 length, u32 operands);
    Operand pop();
    void push(u64 low, u64 high = 0) { operands_.push_back({{low, high}, false}); }
    void push_reference(u64 reference) { operands_.push_back({{reference, 0}, true}); }

    const Instance& instance_;
    std::vector<Operand> operands_;
};

}  // namespace icvm::vm
