#include "vm/base/leb128.hpp"
#include "vm/text/module_parser.hpp"

namespace icvm::vm {

Result<void, TextError> ModuleParser::function_field(u32 source) {
    const Head head = TRY(definition_head(Space::function, source));
    if (head.is_import) return {};
    const TypeUse use = TRY(type_use(Parameters::named));
    const u32 type = TRY(type_index(use));
    write_unsigned_leb128(encoder_.begin_entry(SectionPlace::function, source).bytes, type);
    in_function_ = true;
    TRY(function_body(head.index, use, type, source));
    in_function_ = false;
    return {};
}

Result<void, TextError> ModuleParser::function_body(u32 function, const TypeUse& use, u32 type,
                                                    u32 source) {
    code_ = {};
    locals_ = {};
    hints_.clear();
    NameMap names;
    TRY(name_parameters(use, type, names));
    TRY(locals(names));
    if (!names.empty()) local_names_.emplace_back(function, std::move(names));
    TRY(instructions(Extent::all));
    code_.mark(tokens_.peek().offset);
    code_.bytes.push_back(0x0B);
    MarkedBytes& out = encoder_.begin_entry(SectionPlace::code, source);
    write_unsigned_leb128(out.bytes, code_.bytes.size());
    out.append(code_);
    if (!hints_.empty()) function_hints_.emplace_back(function, hints_);
    return {};
}

Result<void, TextError> ModuleParser::name_parameters(const TypeUse& use, u32 type,
                                                      NameMap& names) {
    // A type that does not exist is a matter of validation.
    const u32 count = type < types_.size() ? u32(types_[type].function.parameters.size()) : 0;
    for (u32 i = 0; i < use.parameter_names.size(); i++) {
        remember(names, i, use.parameter_names[i]);
        TRY(declare_local(use.parameter_names[i]));
    }
    if (locals_.size() < count) locals_.add_unnamed(count - locals_.size());
    return {};
}

Result<void, TextError> ModuleParser::declare_local(const DeclaredName& declared) {
    if (!declared.identifier)
        locals_.add();
    else if (!locals_.add(*declared.identifier))
        return tokens_.error(declared.offset, "duplicate local $" + *declared.identifier);
    return {};
}

/// Neighbours of one type are one group (Wasm 5.5.13).
Result<void, TextError> ModuleParser::locals(NameMap& names) {
    std::vector<std::pair<ValueType, u32>> groups;
    const auto read_local = [&]() -> Parsed<> {
        const ValueType type = TRY(value_type());
        if (groups.empty() || groups.back().first != type) groups.emplace_back(type, 0);
        groups.back().second++;
        return {};
    };
    while (TRY(tokens_.accept_left("local"))) {
        const DeclaredName declared = TRY(declared_name());
        const bool is_one = declared.identifier || declared.name;
        if (is_one) {
            remember(names, locals_.size(), declared);
            TRY(declare_local(declared));
            TRY(read_local());
        }
        for (; !is_one && !tokens_.is(TokenKind::right); locals_.add()) TRY(read_local());
        TRY(tokens_.expect_right());
    }
    write_unsigned_leb128(code_.bytes, groups.size());
    for (const auto& [type, count] : groups) {
        write_unsigned_leb128(code_.bytes, count);
        encode_value_type(code_.bytes, type);
    }
    return {};
}

}  // namespace icvm::vm
