#pragma once

/// Subtyping (Candid spec, "Upgrading and Subtyping"), needed where references are received.

#include <compare>
#include <set>
#include <vector>

#include "replica/candid/type.hpp"

namespace icvm::replica::candid {

/// Pairs of types and fields of theirs that are looked at, over all the questions that one
/// Subtyping is asked.
constexpr u64 subtype_steps_max = 1'000'000;

enum class Subtype : u8 { no, yes, too_complex };

/// Answers whether a type of one table is a subtype of a type of another one. Both tables must
/// outlive it, and keep the types that they have.
class Subtyping {
public:
    Subtyping(const Types& sub, const Types& super) : tables_{&sub, &super} {}

    Subtype check(TypeIndex sub, TypeIndex super);

private:
    /// Is type `sub` of tables_[flipped] a subtype of type `super` of the other table?
    struct Question {
        bool flipped;
        TypeIndex sub, super;
        friend auto operator<=>(const Question&, const Question&) = default;
    };

    bool holds_if_parts_hold(const Question& question);
    bool records(const Question& question, const Types& sub, const Types& super);
    bool variants(const Question& question, const Types& sub, const Types& super);
    bool functions(const Question& question, const Types& sub, const Types& super);
    bool services(const Question& question, const Types& sub, const Types& super);
    void ask(bool flipped, TypeIndex sub, TypeIndex super);

    const Types* tables_[2];
    std::set<Question> assumed_;  ///< true, or being looked at
    std::set<Question> refuted_;
    std::vector<Question> open_;   ///< assumed, their parts not asked for yet
    std::vector<Question> asked_;  ///< assumed since check() was called
    u64 steps_ = 0;
};

}  // namespace icvm::replica::candid
