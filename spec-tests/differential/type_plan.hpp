#pragma once

#include "spec-tests/differential/plan.hpp"

namespace icvm::differential {

/// Parts of make_plan, in this order.
void plan_types(Plan& plan, Random& random, const Profile& profile);
void import_all(Plan& plan, Random& random, const Plan& provider);
void plan_reference_types(Plan& plan, Random& random, const Profile& profile);
void plan_tags(Plan& plan, Random& random, const Profile& profile);
void plan_globals(Plan& plan, Random& random, const Profile& profile);
void plan_segments(Plan& plan, Random& random, const Profile& profile);

/// Whether there is a constant expression of that type that is not null.
bool has_constant(const Plan& plan, vm::HeapType type);

/// A constant expression of that type (Wasm 3.3.10), with its end.
ByteVector constant_expression(const Plan& plan, Random& random, vm::ValueType type);

}  // namespace icvm::differential
