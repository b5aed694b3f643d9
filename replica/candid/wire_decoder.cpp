#include "replica/base/principal.hpp"
#include "replica/candid/wire.hpp"
#include "replica/candid/wire_code.hpp"
#include "replica/candid/wire_reader.hpp"
#include "replica/candid/wire_types.hpp"

namespace icvm::replica::candid {

namespace {

class ValueDecoder {
public:
    ValueDecoder(WireReader& reader, const Types& types, Values& out, u64 free_values)
        : reader_(reader),
          types_(types),
          out_(out),
          free_values_left_(free_values + values_per_byte * reader.remaining()) {}

    Result<void, ValueError> value(TypeIndex type);

private:
    using Done = Result<void, ValueError>;

    Done value_within_depth(TypeIndex of);
    Done fixed(TypeKind kind);
    Done nat();
    Done integer();
    Done principal(ValueKind kind);
    Done func();
    Done opt(const Type& type);
    Done vec(const Type& type);
    Done record(const Type& type);
    Done variant(const Type& type);
    Done future();
    Done count_free_value();

    WireReader& reader_;
    const Types& types_;
    Values& out_;
    u64 free_values_left_;
    u32 depth_ = 0;
};

ValueDecoder::Done ValueDecoder::value(TypeIndex type) {
    if (depth_ >= value_depth_max) return reader_.error("the value is nested too deeply");
    depth_++;
    Done done = value_within_depth(type);
    depth_--;
    return done;
}

ValueDecoder::Done ValueDecoder::value_within_depth(TypeIndex of) {
    const Type& type = types_[of];
    switch (type.kind) {
        case TypeKind::null:
        case TypeKind::reserved:
            TRY(count_free_value());
            out_.add(ValueKind::null);
            return {};
        case TypeKind::empty: return reader_.error("a value of the type empty, which has none");
        case TypeKind::nat: return nat();
        case TypeKind::integer: return integer();
        case TypeKind::text: {
            const std::string_view text = TRY(reader_.text());
            out_.add(ValueKind::text, bytes_of(text));
            return {};
        }
        case TypeKind::principal:
        case TypeKind::service: return principal(ValueKind::principal);
        case TypeKind::func: return func();
        case TypeKind::opt: return opt(type);
        case TypeKind::vec: return vec(type);
        case TypeKind::record: return record(type);
        case TypeKind::variant: return variant(type);
        case TypeKind::future: return future();
        default: return fixed(type.kind);
    }
}

ValueDecoder::Done ValueDecoder::count_free_value() {
    if (free_values_left_ == 0)
        return reader_.error("too many values that take no bytes for a message of this size");
    free_values_left_--;
    return {};
}

ValueDecoder::Done ValueDecoder::fixed(TypeKind kind) {
    const u32 size = fixed_size(kind);
    const Bytes bytes = TRY(reader_.bytes(size));
    u64 bits = 0;
    for (u32 i = size; i-- > 0;) bits = bits << 8 | bytes[i];
    if (kind == TypeKind::boolean && bits > 1) return reader_.error("a bool is 0 or 1");
    if (is_signed(kind)) bits = u64(i64(bits << (64 - 8 * size)) >> (64 - 8 * size));
    const bool is_float = kind == TypeKind::float32 || kind == TypeKind::float64;
    out_.add(kind == TypeKind::boolean ? ValueKind::boolean
             : is_float                ? ValueKind::floating
                                       : ValueKind::number,
             bits);
    return {};
}

ValueDecoder::Done ValueDecoder::nat() {
    const auto integer = read_nat(reader_.rest());
    if (!integer) return reader_.error("this nat does not end");
    out_.add(*integer);
    return {};
}

ValueDecoder::Done ValueDecoder::integer() {
    const auto integer = read_int(reader_.rest());
    if (!integer) return reader_.error("this int does not end");
    out_.add(*integer);
    return {};
}

ValueDecoder::Done ValueDecoder::principal(ValueKind kind) {
    if (TRY(reader_.byte()) != 1) return reader_.error("the reference before this is opaque");
    const Bytes bytes = TRY(reader_.sized());
    if (bytes.size() > Principal::bytes_max)
        return reader_.error("the principal before this has more than 29 bytes");
    out_.add(kind, bytes);
    return {};
}

ValueDecoder::Done ValueDecoder::func() {
    if (TRY(reader_.byte()) != 1) return reader_.error("the reference before this is opaque");
    const u32 index = out_.size();
    TRY(principal(ValueKind::func));
    const std::string_view method = TRY(reader_.text());
    out_.add(ValueKind::text, bytes_of(method));
    out_.close(index);
    return {};
}

ValueDecoder::Done ValueDecoder::opt(const Type& type) {
    const u8 tag = TRY(reader_.byte());
    if (tag > 1) return reader_.error("an opt starts with 0 or 1");
    const u32 index = out_.add(tag ? ValueKind::some : ValueKind::null);
    if (tag) TRY(value(type.element));
    out_.close(index);
    return {};
}

ValueDecoder::Done ValueDecoder::vec(const Type& type) {
    const TypeKind kind = types_.kind(type.element);
    if (kind == TypeKind::nat8) {
        const Bytes bytes = TRY(reader_.sized());
        out_.add(ValueKind::blob, bytes);
        return {};
    }
    const bool may_be_free =
        kind == TypeKind::null || kind == TypeKind::reserved || kind == TypeKind::record;
    u64 count = 0;
    if (may_be_free) {
        count = TRY(reader_.number());
        if (count > free_values_left_)
            return reader_.error(std::to_string(count) +
                                 " elements are too many for a message of this size");
    } else {
        count = TRY(reader_.count(std::max(1u, fixed_size(kind)), "elements"));
    }
    const u32 index = out_.add(ValueKind::vec);
    for (u64 i = 0; i < count; i++) TRY(value(type.element));
    out_.close(index);
    return {};
}

ValueDecoder::Done ValueDecoder::record(const Type& type) {
    TRY(count_free_value());
    const u32 index = out_.add(ValueKind::record);
    for (const Field& field : types_.fields(type)) TRY(value(field.type));
    out_.close(index);
    return {};
}

ValueDecoder::Done ValueDecoder::variant(const Type& type) {
    const u64 tag = TRY(reader_.number());
    if (tag >= type.count)
        return reader_.error("tag " + std::to_string(tag) + " of a variant with " +
                             std::to_string(type.count));
    const u32 index = out_.add(ValueKind::variant, tag);
    TRY(value(types_.fields(type)[tag].type));
    out_.close(index);
    return {};
}

/// Sizes of its bytes and of its references, and the bytes (Candid spec, "Deserialisation of
/// future types").
ValueDecoder::Done ValueDecoder::future() {
    const u64 size = TRY(reader_.number());
    (void)TRY(reader_.number());
    TRY(reader_.bytes(size));
    out_.add(ValueKind::null);
    return {};
}

}  // namespace

Result<Arguments, ValueError> decode(Bytes bytes, u64 free_values) {
    WireReader reader(bytes);
    if (!text_of(bytes).starts_with(magic))
        return reader.error("Candid starts with DIDL, this does not");
    if (bytes.size() > message_bytes_max) return reader.error("more than 256 MiB of Candid");
    TRY(reader.bytes(magic.size()));
    Arguments arguments;
    TRY(read_types(reader, arguments));
    ValueDecoder decoder(reader, arguments.types, arguments.values, free_values);
    for (const Field& field : arguments.fields) TRY(decoder.value(field.type));
    if (reader.remaining() > 0)
        return reader.error(std::to_string(reader.remaining()) + " bytes are left over");
    return arguments;
}

}  // namespace icvm::replica::candid
