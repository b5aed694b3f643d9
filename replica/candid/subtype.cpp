#include "replica/candid/subtype.hpp"

namespace icvm::replica::candid {

// A supertype opt holds whatever its parts are, so no rule has a premise that something does not
// hold: the relation is the greatest one whose pairs all have their parts in it, and one pair
// without is enough for a "no". No recursion is needed to find out.
Subtype Subtyping::check(TypeIndex sub, TypeIndex super) {
    const Question question{false, tables_[0]->resolved(sub), tables_[1]->resolved(super)};
    if (refuted_.contains(question)) return Subtype::no;
    asked_.clear();
    ask(question.flipped, question.sub, question.super);
    while (!open_.empty()) {
        const Question next = open_.back();
        open_.pop_back();
        const bool holds = holds_if_parts_hold(next);
        if (holds && steps_ <= subtype_steps_max) continue;
        open_.clear();
        for (const Question& asked : asked_) assumed_.erase(asked);
        if (steps_ > subtype_steps_max) return Subtype::too_complex;
        refuted_.insert(question);
        return Subtype::no;
    }
    return Subtype::yes;
}

void Subtyping::ask(bool flipped, TypeIndex sub, TypeIndex super) {
    steps_++;
    const Question question{flipped, tables_[flipped]->resolved(sub),
                            tables_[!flipped]->resolved(super)};
    if (!assumed_.insert(question).second) return;
    open_.push_back(question);
    asked_.push_back(question);
}

bool Subtyping::holds_if_parts_hold(const Question& question) {
    const Types& sub = *tables_[question.flipped];
    const Types& super = *tables_[!question.flipped];
    for (const Type& type : {sub[question.sub], super[question.super]})
        steps_ += type.count + type.results;
    const TypeKind sub_kind = sub.kind(question.sub);
    const TypeKind super_kind = super.kind(question.super);
    if (super_kind == TypeKind::reserved || super_kind == TypeKind::opt) return true;
    if (sub_kind == TypeKind::empty) return true;
    if (sub_kind == TypeKind::nat && super_kind == TypeKind::integer) return true;
    if (sub_kind == TypeKind::service && super_kind == TypeKind::principal) return true;
    if (sub_kind != super_kind) return false;
    switch (sub_kind) {
        case TypeKind::vec:
            ask(question.flipped, sub[question.sub].element, super[question.super].element);
            return true;
        case TypeKind::record: return records(question, sub, super);
        case TypeKind::variant: return variants(question, sub, super);
        case TypeKind::func: return functions(question, sub, super);
        case TypeKind::service: return services(question, sub, super);
        case TypeKind::future: return false;
        default: return true;
    }
}

bool Subtyping::records(const Question& question, const Types& sub, const Types& super) {
    for (const Field& field : super.fields(question.super)) {
        const Field* ours = sub.find(question.sub, field.id);
        if (ours)
            ask(question.flipped, ours->type, field.type);
        else if (!accepts_null(super, field.type))
            return false;
    }
    return true;
}

bool Subtyping::variants(const Question& question, const Types& sub, const Types& super) {
    for (const Field& field : sub.fields(question.sub)) {
        const Field* theirs = super.find(question.super, field.id);
        if (!theirs) return false;
        ask(question.flipped, field.type, theirs->type);
    }
    return true;
}

bool Subtyping::functions(const Question& question, const Types& sub, const Types& super) {
    const Type& ours = sub[question.sub];
    const Type& theirs = super[question.super];
    if (ours.annotations != theirs.annotations) return false;
    const auto accepted = sub.fields(ours), given = super.fields(theirs);
    for (size_t i = 0; i < accepted.size(); i++) {
        if (i < given.size())
            ask(!question.flipped, given[i].type, accepted[i].type);
        else if (!accepts_null(sub, accepted[i].type))
            return false;
    }
    const auto returned = sub.results(ours), wanted = super.results(theirs);
    for (size_t i = 0; i < wanted.size(); i++) {
        if (i < returned.size())
            ask(question.flipped, returned[i].type, wanted[i].type);
        else if (!accepts_null(super, wanted[i].type))
            return false;
    }
    return true;
}

bool Subtyping::services(const Question& question, const Types& sub, const Types& super) {
    const auto ours = sub.fields(question.sub);
    size_t i = 0;
    for (const Field& wanted : super.fields(question.super)) {
        const std::string& name = super.name(wanted.name);
        while (i < ours.size() && sub.name(ours[i].name) < name) i++;
        if (i == ours.size() || sub.name(ours[i].name) != name) return false;
        ask(question.flipped, ours[i].type, wanted.type);
    }
    return true;
}

}  // namespace icvm::replica::candid
