#include "spec-tests/differential/generator.hpp"

namespace icvm::differential {

ByteVector generate(u64 seed, const Profile& profile, const RowTable& rows, Coverage& coverage,
                    bool with_marks) {
    Random random(seed);
    coverage.marks.clear();
    Plan plan = make_plan(random, profile, with_marks);
    for (u32 i = plan.imported_functions; i < plan.functions.size(); i++)
        plan.bodies.push_back(Body(plan, rows, random, profile, coverage, i).write());
    return write_module(plan);
}

}  // namespace icvm::differential
