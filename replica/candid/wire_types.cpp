#include "replica/candid/wire_types.hpp"

#include <limits>

#include "replica/candid/wire_code.hpp"

namespace icvm::replica::candid {

namespace {

class TableReader {
public:
    TableReader(WireReader& reader, Types& types) : reader_(reader), types_(types) {}

    Result<void, ValueError> table();
    Result<std::vector<Field>, ValueError> references();

private:
    Result<TypeIndex, ValueError> reference();
    Result<void, ValueError> definition(TypeIndex place);
    Result<void, ValueError> fields(TypeIndex place, TypeKind kind);
    Result<void, ValueError> function(TypeIndex place);
    Result<void, ValueError> service(TypeIndex place);

    WireReader& reader_;
    Types& types_;
    u64 count_ = 0;
    std::vector<TypeIndex> methods_;
};

Result<void, ValueError> TableReader::table() {
    count_ = TRY(reader_.count(2, "types"));
    for (u64 i = 0; i < count_; i++) types_.add({.kind = TypeKind::future});
    for (u64 i = 0; i < count_; i++) TRY(definition(TypeIndex(primitive_types + i)));
    for (const TypeIndex method : methods_)
        if (types_.kind(method) != TypeKind::func)
            return reader_.error("in the types before this a method is no function");
    return {};
}

Result<TypeIndex, ValueError> TableReader::reference() {
    const i64 code = TRY(reader_.signed_number());
    if (code >= 0) {
        if (u64(code) >= count_)
            return reader_.error("type " + std::to_string(code) + " of " + std::to_string(count_));
        return TypeIndex(primitive_types + u64(code));
    }
    const auto kind = primitive_of(code);
    if (!kind) return reader_.error(std::to_string(code) + " is no primitive type");
    return primitive(*kind);
}

Result<std::vector<Field>, ValueError> TableReader::references() {
    const u64 count = TRY(reader_.count(1, "types"));
    std::vector<Field> fields;
    fields.reserve(count);
    for (u64 i = 0; i < count; i++) fields.push_back({.type = TRY(reference())});
    return fields;
}

Result<void, ValueError> TableReader::definition(TypeIndex place) {
    const i64 code = TRY(reader_.signed_number());
    switch (code) {
        case opt_code:
        case vec_code: {
            const TypeKind kind = code == opt_code ? TypeKind::opt : TypeKind::vec;
            types_.replace(place, {.kind = kind, .element = TRY(reference())}, {});
            return {};
        }
        case record_code: return fields(place, TypeKind::record);
        case variant_code: return fields(place, TypeKind::variant);
        case func_code: return function(place);
        case service_code: return service(place);
        default: break;
    }
    if (code >= principal_code)
        return reader_.error(std::to_string(code) + " is no composite type");
    TRY(reader_.sized());  // a future type
    return {};
}

Result<void, ValueError> TableReader::fields(TypeIndex place, TypeKind kind) {
    const u64 count = TRY(reader_.count(2, "fields"));
    std::vector<Field> fields;
    fields.reserve(count);
    for (u64 i = 0; i < count; i++) {
        const u64 id = TRY(reader_.number());
        if (id > std::numeric_limits<u32>::max())
            return reader_.error("field id " + std::to_string(id) + " is more than 32 bits");
        if (!fields.empty() && id <= fields.back().id)
            return reader_.error("field id " + std::to_string(id) + " is not in order");
        const TypeIndex type = TRY(reference());
        fields.push_back({.id = u32(id), .type = type});
    }
    types_.replace(place, {.kind = kind}, fields);
    return {};
}

Result<void, ValueError> TableReader::function(TypeIndex place) {
    std::vector<Field> fields = TRY(references());
    const std::vector<Field> results = TRY(references());
    Type type{.kind = TypeKind::func, .results = u32(results.size())};
    fields.insert(fields.end(), results.begin(), results.end());
    const u64 annotations = TRY(reader_.count(1, "annotations"));
    for (u64 i = 0; i < annotations; i++) {
        const u8 annotation = TRY(reader_.byte());
        if (annotation < 1 || annotation > 3)
            return reader_.error("unknown annotation " + std::to_string(annotation));
        constexpr Annotation known[] = {Annotation::query, Annotation::oneway,
                                        Annotation::composite_query};
        type.annotations |= u8(known[annotation - 1]);
    }
    types_.replace(place, type, fields);
    return {};
}

Result<void, ValueError> TableReader::service(TypeIndex place) {
    const u64 count = TRY(reader_.count(2, "methods"));
    std::vector<Field> methods;
    methods.reserve(count);
    for (u64 i = 0; i < count; i++) {
        const std::string_view name = TRY(reader_.text());
        if (!methods.empty() && name <= types_.name(methods.back().name))
            return reader_.error("the method name before this is not in order");
        const u32 interned = types_.intern(name);
        const TypeIndex type = TRY(reference());
        if (u32(type) < primitive_types) return reader_.error("a method is no function");
        methods_.push_back(type);
        methods.push_back({.id = u32(i), .name = interned, .type = type});
    }
    types_.replace(place, {.kind = TypeKind::service}, methods);
    return {};
}

}  // namespace

Result<void, ValueError> read_types(WireReader& reader, Arguments& arguments) {
    TableReader table(reader, arguments.types);
    TRY(table.table());
    arguments.fields = TRY(table.references());
    return {};
}

}  // namespace icvm::replica::candid
