#pragma once

/// Types as text (Candid spec, "Core Grammar").

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "replica/candid/lexer.hpp"
#include "replica/candid/type.hpp"

namespace icvm::replica::candid {

constexpr u32 type_depth_max = 500;

/// The types that have a name.
struct TypeNames {
    struct Entry {
        TypeIndex type;
        bool defined;
        u32 position;  ///< of the definition, or else of the first use
    };
    std::map<std::string, Entry, std::less<>> entries;
};

/// A field's label, or a method's or argument's name.
struct Label {
    u32 id = 0;
    std::string name;  ///< empty for a number
    bool named = false;
    u32 position = 0;
};

/// A number or a name that is a label.
Result<Label, ValueError> parse_label(Lexer& lexer);
/// The next tokens are a name and ":", or the like; `mark` is ":" in types and "=" in values.
bool label_follows(const Lexer& lexer, std::string_view mark);

class TypeParser {
public:
    TypeParser(Lexer& lexer, Types& types, TypeNames& names)
        : lexer_(lexer), types_(types), names_(names) {}

    Result<TypeIndex, ValueError> type();
    /// "(nat, name : text)"
    Result<std::vector<Field>, ValueError> arguments();
    /// "{ method : (nat) -> () query; … }"
    Result<TypeIndex, ValueError> actor();
    /// A name that may be defined later.
    TypeIndex named(const Token& name);
    /// Every name has a meaning, and methods are functions.
    Result<void, ValueError> finish();
    /// Methods are functions; for types all of whose names had a meaning before.
    Result<void, ValueError> check_methods() const;

private:
    struct Part {
        Field field;
        u32 position;
    };
    using Parts = std::vector<Part>;

    Result<TypeIndex, ValueError> keyword_type(std::string_view word);
    Result<TypeIndex, ValueError> fields(TypeKind kind);
    Result<Part, ValueError> record_field(u64 next_id);
    Result<Part, ValueError> variant_field();
    Result<TypeIndex, ValueError> function();
    Result<Part, ValueError> method(u32 place);
    Result<u8, ValueError> annotations(size_t results, u32 position);

    Lexer& lexer_;
    Types& types_;
    TypeNames& names_;
    std::vector<Part> methods_of_names_;  ///< to be checked when every name has a meaning
    u32 depth_ = 0;
};

}  // namespace icvm::replica::candid
