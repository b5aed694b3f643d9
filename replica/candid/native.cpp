#include "replica/candid/native.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "replica/candid/coerce.hpp"
#include "replica/candid/wire.hpp"

namespace icvm::replica::candid {

namespace {

/// Longer messages are not repeated in errors.
constexpr size_t shown_bytes_max = 500;
constexpr std::string_view magic = "DIDL";

}  // namespace

TypeIndex record_type(Types& types, TypeKind kind, std::span<const std::string_view> names,
                      std::span<const u32> order, std::span<const TypeIndex> parts) {
    std::vector<Field> fields;
    for (size_t place = 0; place < order.size(); place++) {
        const std::string_view name = names[order[place]];
        fields.push_back({field_id(name), types.intern(name), parts[place]});
    }
    return types.add({.kind = kind}, fields);
}

void Native<u128>::write(u128 value, Values& out) {
    Integer integer;
    for (; value != 0; value >>= 8) integer.magnitude.push_back(u8(value));
    out.add(integer);
}

void Native<u128>::read(NativeReader& in, u32 index, u128& value) {
    const Integer integer = in.values.integer(in.values[index]);
    const std::optional<u128> small = integer.as_u128();
    if (!small)
        return in.fail("Deserialize error: the nat " + integer_digits(integer) +
                       " is larger than 2^128-1");
    value = *small;
}

void Native<Principal>::read(NativeReader& in, u32 index, Principal& value) {
    const std::optional<Principal> principal =
        Principal::from_bytes(in.values.bytes(in.values[index]));
    if (!principal) return in.fail("Deserialize error: a principal of more than 29 bytes");
    value = *principal;
}

namespace {

Result<Arguments, std::string> decode_message(Bytes bytes, u64 free_values) {
    if (!text_of(bytes).starts_with(magic)) {
        const bool is_short = bytes.size() <= shown_bytes_max;
        return std::unexpected(fmt::format(
            "Cannot parse header{}{:02x}: binary parser error: {}", is_short ? " " : "",
            fmt::join(is_short ? bytes : Bytes(), ""),
            bytes.size() < magic.size() ? "io error" : "Unexpected bytes at byte offset 0"));
    }
    auto arguments = decode(bytes, free_values);
    if (!arguments)
        return std::unexpected("Fail to decode argument 0: " + arguments.error().message);
    return std::move(*arguments);
}

}  // namespace

Result<void, std::string> check_message(Bytes bytes) {
    (void)TRY(decode_message(bytes, free_values_max));
    return {};
}

Result<Values, std::string> decode_native(Bytes bytes, const NativeMessage& message,
                                          u64 free_values) {
    const Arguments arguments = TRY(decode_message(bytes, free_values));
    if (arguments.fields.empty() && !accepts_null(message.types, message.fields[0].type))
        return std::unexpected("No more values on the wire");
    auto values = coerce_arguments(arguments, message.types, message.fields);
    if (!values)
        return std::unexpected("Fail to decode argument 0: Subtyping error: " +
                               values.error().message);
    return std::move(*values);
}

ByteVector encode_native(const NativeMessage& message, const Values& values) {
    return encode(message.types, message.fields, values);
}

}  // namespace icvm::replica::candid
