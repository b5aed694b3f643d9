#include "replica/candid/type_table.hpp"
#include "replica/candid/wire.hpp"
#include "replica/candid/wire_code.hpp"
#include "vm/base/leb128.hpp"

namespace icvm::replica::candid {

namespace {

void write_text(ByteVector& out, std::string_view text) {
    write_unsigned_leb128(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
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
    ByteVector out(magic.begin(), magic.end());
    TypeTable(types, fields).write(out);
    ValueEncoder encoder(types, values, out);
    u32 index = 0;
    for (const Field& field : fields) {
        encoder.value(index, field.type);
        index = values[index].end;
    }
    return out;
}

}  // namespace icvm::replica::candid
