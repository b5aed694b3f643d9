#include "spec-tests/differential/generator.hpp"

namespace icvm::differential {

namespace {

ByteVector write(Plan& plan, Random& random, const Profile& profile, const RowTable& rows,
                 Coverage& coverage) {
    for (u32 i = plan.imported_functions; i < plan.functions.size(); i++)
        plan.bodies.push_back(Body(plan, rows, random, profile, coverage, i).write());
    return write_module(plan);
}

}  // namespace

std::vector<ByteVector> generate(u64 seed, const Profile& profile, const RowTable& rows,
                                 Coverage& coverage, bool with_marks) {
    Random random(seed);
    coverage.marks.clear();
    Plan plan = make_plan(random, profile, with_marks);
    std::vector<ByteVector> modules = {write(plan, random, profile, rows, coverage)};
    if (seed % 4 != 0 || with_marks) return modules;
    Plan second = make_plan(random, profile, false, &plan);
    modules.push_back(write(second, random, profile, rows, coverage));
    return modules;
}

}  // namespace icvm::differential
