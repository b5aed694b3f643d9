#include "vm/validate/function_typing.hpp"

namespace icvm::vm {

bool FunctionTyping::apply_throw(const Instruction& instruction) {
    if (instruction.index >= module_.tag_types.size()) return unknown("tag", instruction.index);
    const DefinedType& type = module_.types[module_.tag_types[instruction.index]];
    return pop_all(type.function.parameters) && set_unreachable();
}

bool FunctionTyping::apply_throw_ref() { return pop(types::exnref) && set_unreachable(); }

/// What a clause of try_table catches must be what its label, outside of the block, takes
/// (Wasm 3.4.3).
bool FunctionTyping::check_catches(std::span<const CatchClause> clauses) {
    constexpr ValueType caught = ValueType::reference(heap_types::exception, false);
    using enum CatchClause::Kind;
    for (const CatchClause& clause : clauses) {
        const bool has_tag = clause.kind == tag || clause.kind == tag_ref;
        if (has_tag && clause.tag >= module_.tag_types.size()) return unknown("tag", clause.tag);
        if (!check_label(clause.label)) return false;
        std::vector<ValueType> values;
        if (has_tag) values = module_.types[module_.tag_types[clause.tag]].function.parameters;
        if (clause.kind == tag_ref || clause.kind == all_ref) values.push_back(caught);
        if (!match_all(values, label_types(clause.label))) return false;
    }
    return true;
}

}  // namespace icvm::vm
