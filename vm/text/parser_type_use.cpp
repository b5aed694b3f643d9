#include "vm/text/module_parser.hpp"

namespace icvm::vm {

/// `(type x)`, parameters, results: each may be missing (Wasm 6.4.9).
Result<ModuleParser::TypeUse, TextError> ModuleParser::type_use(Parameters form) {
    TypeUse use;
    use.offset = tokens_.peek().offset;
    if (TRY(tokens_.accept_left("type"))) {
        use.index = TRY(index(Space::type));
        TRY(tokens_.expect_right());
    }
    TRY(parameters(use, form));
    TRY(results(use.inline_type.results));
    return use;
}

Result<void, TextError> ModuleParser::parameters(TypeUse& use, Parameters form) {
    std::vector<ValueType>& types = use.inline_type.parameters;
    while (TRY(tokens_.accept_left("param"))) {
        const u32 offset = tokens_.peek().offset;
        const DeclaredName declared = TRY(declared_name());
        if (declared.identifier && form == Parameters::unnamed)
            return tokens_.error(offset, "unexpected token $" + *declared.identifier +
                                             "; parameters have no names here");
        const bool is_one = declared.identifier || declared.name;
        if (is_one) {
            use.parameter_names.resize(types.size());
            use.parameter_names.push_back(declared);
            types.push_back(TRY(value_type()));
        }
        while (!is_one && !tokens_.is(TokenKind::right)) types.push_back(TRY(value_type()));
        TRY(tokens_.expect_right());
    }
    use.parameter_names.resize(types.size());
    return {};
}

Result<void, TextError> ModuleParser::results(std::vector<ValueType>& types) {
    while (TRY(tokens_.accept_left("result"))) {
        while (!tokens_.is(TokenKind::right)) types.push_back(TRY(value_type()));
        TRY(tokens_.expect_right());
    }
    if (tokens_.is_left("param")) {
        TRY(tokens_.next());
        return tokens_.error(tokens_.peek().offset,
                             "unexpected token param; parameters stand before results");
    }
    return {};
}

/// The index of the type that is used; an implicit type is made when there is none.
Result<u32, TextError> ModuleParser::type_index(const TypeUse& use) {
    if (!use.index) return implicit_type(use.inline_type);
    if (!use.has_inline() || tokens_.is_incomplete()) return *use.index;
    if (*use.index >= types_.size())
        return tokens_.error(use.offset, "unknown type " + std::to_string(*use.index));
    const DefinedType& type = types_[*use.index];
    if (type.kind != CompositeKind::function || type.function != use.inline_type)
        return tokens_.error(use.offset, "inline function type " + to_string(use.inline_type) +
                                             " is not that of type " + std::to_string(*use.index));
    return *use.index;
}

/// The first type that an inline function type stands for (Wasm 6.4.9): it is final, has no
/// supertype, and is alone in its group.
void ModuleParser::remember_function_type(u32 index) {
    const DefinedType& type = types_[index];
    if (type.kind != CompositeKind::function || !type.is_final || type.supertype) return;
    ByteVector key;
    encode_defined_type(key, type);
    function_types_.try_emplace(std::move(key), index);
}

u32 ModuleParser::implicit_type(const FunctionType& function) {
    DefinedType type;
    type.function = function;
    type.group_first = u32(types_.size());
    ByteVector key;
    encode_defined_type(key, type);
    const auto [place, added] = function_types_.try_emplace(key, u32(types_.size()));
    if (!added) return place->second;
    ByteVector& out = encoder_.begin_entry(SectionPlace::type, tokens_.peek().offset).bytes;
    out.insert(out.end(), key.begin(), key.end());
    types_.push_back(std::move(type));
    field_names_.emplace_back();
    return place->second;
}

}  // namespace icvm::vm
