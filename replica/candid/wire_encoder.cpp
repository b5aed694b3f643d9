#include <bit>
#include <map>

#include "replica/candid/wire.hpp"
#include "replica/candid/wire_code.hpp"
#include "vm/base/check.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::replica::candid {

namespace {

void write_text(ByteVector& out, std::string_view text) {
    write_unsigned_leb128(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

/// The type table: types get their places in the order in which they are first met.
class TypeEncoder {
public:
    explicit TypeEncoder(const Types& types) : types_(types) {}

    ByteVector table_and(std::span<const Field> fields);

private:
    void reference(ByteVector& out, TypeIndex type);
    void references(ByteVector& out, std::span<const Field> fields);
    void definition(ByteVector& out, const Type& type);

    const Types& types_;
    std::map<TypeIndex, u32> places_;
    std::vector<TypeIndex> queue_;
};

ByteVector TypeEncoder::table_and(std::span<const Field> fields) {
    ByteVector arguments, table;
    references(arguments, fields);
    for (size_t i = 0; i < queue_.size(); i++) definition(table, types_[queue_[i]]);
    ByteVector out(magic.begin(), magic.end());
    write_unsigned_leb128(out, queue_.size());
    out.insert(out.end(), table.begin(), table.end());
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
}

void TypeEncoder::reference(ByteVector& out, TypeIndex type) {
    const TypeIndex resolved = types_.resolved(type);
    const TypeKind kind = types_.kind(resolved);
    if (u32(kind) < primitive_types || kind == TypeKind::future) {
        // Nothing is known of a future type's values, which is what reserved says.
        const TypeKind known = kind == TypeKind::future ? TypeKind::reserved : kind;
        write_signed_leb128(out, primitive_code(known));
        return;
    }
    const auto [place, is_new] = places_.try_emplace(resolved, u32(queue_.size()));
    if (is_new) queue_.push_back(resolved);
    write_signed_leb128(out, place->second);
}

void TypeEncoder::references(ByteVector& out, std::span<const Field> fields) {
    write_unsigned_leb128(out, fields.size());
    for (const Field& field : fields) reference(out, field.type);
}

void TypeEncoder::definition(ByteVector& out, const Type& type) {
    switch (type.kind) {
        case TypeKind::opt:
        case TypeKind::vec:
            write_signed_leb128(out, type.kind == TypeKind::opt ? opt_code : vec_code);
            reference(out, type.element);
            break;
        case TypeKind::record:
        case TypeKind::variant:
            write_signed_leb128(out, type.kind == TypeKind::record ? record_code : variant_code);
            write_unsigned_leb128(out, type.count);
            for (const Field& field : types_.fields(type)) {
                write_unsigned_leb128(out, field.id);
                reference(out, field.type);
            }
            break;
        case TypeKind::func:
            write_signed_leb128(out, func_code);
            references(out, types_.fields(type));
            references(out, types_.results(type));
            out.push_back(u8(std::popcount(type.annotations)));
            if (type.annotations & u8(Annotation::query)) out.push_back(1);
            if (type.annotations & u8(Annotation::oneway)) out.push_back(2);
            if (type.annotations & u8(Annotation::composite_query)) out.push_back(3);
            break;
        case TypeKind::service:
            write_signed_leb128(out, service_code);
            write_unsigned_leb128(out, type.count);
            for (const Field& method : types_.fields(type)) {
                write_text(out, types_.name(method.name));
                reference(out, method.type);
            }
            break;
        default: CHECK(false);
    }
}

class ValueEncoder {
public:
    ValueEncoder(const Types& types, const Values& values, ByteVector& out)
        : types_(types), values_(values), out_(out) {}

    /// Of value_depth_max levels at most: so deep are values only.
    void value(u32 index, TypeIndex type);

private:
    void primitive_value(const Value& value, TypeKind kind);
    void bytes(const Value& value) { write_text(out_, values_.text(value)); }
    void principal(const Value& value) {
        out_.push_back(1);
        bytes(value);
    }

    const Types& types_;
    const Values& values_;
    ByteVector& out_;
};

void ValueEncoder::primitive_value(const Value& value, TypeKind kind) {
    switch (kind) {
        case TypeKind::null:
        case TypeKind::reserved: break;
        case TypeKind::nat: write_nat(out_, values_.integer(value)); break;
        case TypeKind::integer: write_int(out_, values_.integer(value)); break;
        case TypeKind::text: bytes(value); break;
        case TypeKind::principal: principal(value); break;
        default:
            for (u32 i = 0; i < fixed_size(kind); i++) out_.push_back(u8(value.bits >> (8 * i)));
    }
}

void ValueEncoder::value(u32 index, TypeIndex of) {
    const Value& value = values_[index];
    const Type& type = types_[of];
    switch (type.kind) {
        case TypeKind::opt:
            out_.push_back(value.kind == ValueKind::some);
            if (value.kind == ValueKind::some) this->value(index + 1, type.element);
            break;
        case TypeKind::vec:
            if (value.kind == ValueKind::blob) {
                bytes(value);
                break;
            }
            write_unsigned_leb128(out_, values_.parts(index));
            for (u32 part = index + 1; part < value.end; part = values_[part].end)
                this->value(part, type.element);
            break;
        case TypeKind::record: {
            u32 part = index + 1;
            for (const Field& field : types_.fields(type)) {
                this->value(part, field.type);
                part = values_[part].end;
            }
            break;
        }
        case TypeKind::variant:
            write_unsigned_leb128(out_, value.bits);
            this->value(index + 1, types_.fields(type)[value.bits].type);
            break;
        case TypeKind::func:
            out_.push_back(1);
            principal(value);
            bytes(values_[index + 1]);
            break;
        case TypeKind::service: principal(value); break;
        case TypeKind::future: break;
        default: primitive_value(value, type.kind);
    }
}

}  // namespace

ByteVector encode(const Types& types, std::span<const Field> fields, const Values& values) {
    ByteVector out = TypeEncoder(types).table_and(fields);
    ValueEncoder encoder(types, values, out);
    u32 index = 0;
    for (const Field& field : fields) {
        encoder.value(index, field.type);
        index = values[index].end;
    }
    return out;
}

}  // namespace icvm::replica::candid
