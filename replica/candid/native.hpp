#pragma once

/// C++ types as Candid types. A struct names its fields once, with CANDID_RECORD, and is read and
/// written by them. An enum has tags(E) beside it, which returns names() in its order; a variant
/// with payloads is a struct with a std::variant `value` and the same as candid_tags().

#include <array>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "replica/base/principal.hpp"
#include "replica/candid/candid.hpp"
#include "replica/candid/value.hpp"
#include "replica/candid/wire.hpp"

namespace icvm::replica::candid {

struct Reserved {};

/// At most `Max` elements: more are an error of decoding.
template <class T, size_t Max>
struct Bounded : std::vector<T> {
    using std::vector<T>::vector;
};

/// Values that are read: the first thing that does not fit is remembered.
struct NativeReader {
    const Values& values;
    std::string error{};

    void fail(std::string message) {
        if (error.empty()) error = std::move(message);
    }
};

/// type(Types&), write(const T&, Values&) and read(NativeReader&, u32 index, T&) of a C++ type.
template <class T>
struct Native;

template <class Struct, class Member>
struct NamedField {
    using member_type = Member;
    std::string_view name;
    Member Struct::* member;
};

template <class Struct, class Member>
constexpr NamedField<Struct, Member> named_field(std::string_view name, Member Struct::* member) {
    return {name, member};
}

template <class... Names>
constexpr std::array<std::string_view, sizeof...(Names)> names(Names... names) {
    return {names...};
}

/// The order in which fields and tags are written: that of their ids.
template <size_t Count>
constexpr std::array<u32, Count> order_of_ids(const std::array<std::string_view, Count>& names) {
    std::array<u32, Count> order{};
    for (u32 i = 0; i < Count; i++) {
        u32 at = i;
        for (; at > 0 && field_id(names[order[at - 1]]) > field_id(names[i]); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return order;
}

template <class T>
TypeIndex native_type(Types& types) {
    return Native<T>::type(types);
}

TypeIndex record_type(Types& types, TypeKind kind, std::span<const std::string_view> names,
                      std::span<const u32> order, std::span<const TypeIndex> parts);

// Primitive types.

template <class T, TypeKind kind>
struct NativeNumber {
    static TypeIndex type(Types&) { return primitive(kind); }
    static void write(const T& value, Values& out) { out.add(ValueKind::number, u64(value)); }
    static void read(NativeReader& in, u32 index, T& value) { value = T(in.values[index].bits); }
};
template <>
struct Native<u8> : NativeNumber<u8, TypeKind::nat8> {};
template <>
struct Native<u32> : NativeNumber<u32, TypeKind::nat32> {};
template <>
struct Native<u64> : NativeNumber<u64, TypeKind::nat64> {};
template <>
struct Native<i32> : NativeNumber<i32, TypeKind::int32> {};
template <>
struct Native<i64> : NativeNumber<i64, TypeKind::int64> {};
template <>
struct Native<bool> {
    static TypeIndex type(Types&) { return primitive(TypeKind::boolean); }
    static void write(bool value, Values& out) { out.add(ValueKind::boolean, value); }
    static void read(NativeReader& in, u32 index, bool& value) { value = in.values[index].bits; }
};

/// Floats go by their bits.
struct Float32Bits {
    u32 bits = 0;
};
struct Float64Bits {
    u64 bits = 0;
};
template <class T, TypeKind kind>
struct NativeFloat {
    static TypeIndex type(Types&) { return primitive(kind); }
    static void write(const T& value, Values& out) { out.add(ValueKind::floating, value.bits); }
    static void read(NativeReader& in, u32 index, T& value) {
        value.bits = decltype(value.bits)(in.values[index].bits);
    }
};
template <>
struct Native<Float32Bits> : NativeFloat<Float32Bits, TypeKind::float32> {};
template <>
struct Native<Float64Bits> : NativeFloat<Float64Bits, TypeKind::float64> {};

/// A nat of any size.
template <>
struct Native<Integer> {
    static TypeIndex type(Types&) { return primitive(TypeKind::nat); }
    static void write(const Integer& value, Values& out) { out.add(value); }
    static void read(NativeReader& in, u32 index, Integer& value) {
        value = in.values.integer(in.values[index]);
    }
};
/// A nat below 2^128.
template <>
struct Native<u128> {
    static TypeIndex type(Types&) { return primitive(TypeKind::nat); }
    static void write(u128 value, Values& out);
    static void read(NativeReader& in, u32 index, u128& value);
};
template <>
struct Native<std::string> {
    static TypeIndex type(Types&) { return primitive(TypeKind::text); }
    static void write(const std::string& value, Values& out) {
        out.add(ValueKind::text, bytes_of(value));
    }
    static void read(NativeReader& in, u32 index, std::string& value) {
        value = in.values.text(in.values[index]);
    }
};
template <>
struct Native<Principal> {
    static TypeIndex type(Types&) { return primitive(TypeKind::principal); }
    static void write(const Principal& value, Values& out) {
        out.add(ValueKind::principal, value.bytes());
    }
    static void read(NativeReader& in, u32 index, Principal& value);
};
template <>
struct Native<Reserved> {
    static TypeIndex type(Types&) { return primitive(TypeKind::reserved); }
    static void write(Reserved, Values& out) { out.add(ValueKind::null); }
    static void read(NativeReader&, u32, Reserved&) {}
};
template <>
struct Native<std::monostate> {
    static TypeIndex type(Types&) { return primitive(TypeKind::null); }
    static void write(std::monostate, Values& out) { out.add(ValueKind::null); }
    static void read(NativeReader&, u32, std::monostate&) {}
};

// Constructed types.

template <>
struct Native<ByteVector> {
    static TypeIndex type(Types& types) { return types.vec(primitive(TypeKind::nat8)); }
    static void write(const ByteVector& value, Values& out) { out.add(ValueKind::blob, value); }
    static void read(NativeReader& in, u32 index, ByteVector& value) {
        const Bytes bytes = in.values.bytes(in.values[index]);
        value.assign(bytes.begin(), bytes.end());
    }
};

template <class T>
struct Native<std::optional<T>> {
    static TypeIndex type(Types& types) { return types.opt(native_type<T>(types)); }
    static void write(const std::optional<T>& value, Values& out) {
        if (!value) return void(out.add(ValueKind::null));
        const u32 some = out.add(ValueKind::some);
        Native<T>::write(*value, out);
        out.close(some);
    }
    static void read(NativeReader& in, u32 index, std::optional<T>& value) {
        if (in.values[index].kind == ValueKind::some)
            Native<T>::read(in, index + 1, value.emplace());
        else
            value.reset();
    }
};

template <class T>
struct Native<std::vector<T>> {
    static TypeIndex type(Types& types) { return types.vec(native_type<T>(types)); }
    static void write(const std::vector<T>& value, Values& out) {
        const u32 vec = out.add(ValueKind::vec);
        for (const T& element : value) Native<T>::write(element, out);
        out.close(vec);
    }
    static void read(NativeReader& in, u32 index, std::vector<T>& value) {
        value.clear();
        for (u32 at = index + 1; at < in.values[index].end; at = in.values[at].end)
            Native<T>::read(in, at, value.emplace_back());
    }
};

template <class T, size_t Max>
struct Native<Bounded<T, Max>> : Native<std::vector<T>> {
    static void read(NativeReader& in, u32 index, Bounded<T, Max>& value) {
        Native<std::vector<T>>::read(in, index, value);
        if (value.size() > Max)
            in.fail("Deserialize error: The number of elements exceeds maximum allowed " +
                    std::to_string(Max));
    }
};

template <class T>
concept HasFields = requires { T::candid_fields(); };

template <class Struct, class Member>
TypeIndex type_of_field(const NamedField<Struct, Member>&, Types& types) {
    return native_type<Member>(types);
}
template <class Struct, class Member>
void write_field(const Struct& value, const NamedField<Struct, Member>& field, Values& out) {
    Native<Member>::write(value.*field.member, out);
}
/// From the part at `index`, which it moves on to the next.
template <class Struct, class Member>
void read_field(NativeReader& in, u32& index, const NamedField<Struct, Member>& field,
                Struct& value) {
    Native<Member>::read(in, index, value.*field.member);
    index = in.values[index].end;
}

template <HasFields T>
struct Native<T> {
    static constexpr auto fields = T::candid_fields();
    static constexpr auto names =
        std::apply([](const auto&... field) { return candid::names(field.name...); }, fields);
    static constexpr auto order = order_of_ids(names);
    using Places = std::make_index_sequence<order.size()>;

    static TypeIndex type(Types& types) { return type(types, Places()); }
    static void write(const T& value, Values& out) {
        const u32 record = out.add(ValueKind::record);
        write(value, out, Places());
        out.close(record);
    }
    static void read(NativeReader& in, u32 index, T& value) { read(in, index, value, Places()); }

private:
    template <size_t... Place>
    static TypeIndex type(Types& types, std::index_sequence<Place...>) {
        const std::array<TypeIndex, order.size()> parts{
            type_of_field(std::get<order[Place]>(fields), types)...};
        return record_type(types, TypeKind::record, names, order, parts);
    }
    template <size_t... Place>
    static void write(const T& value, Values& out, std::index_sequence<Place...>) {
        (write_field(value, std::get<order[Place]>(fields), out), ...);
    }
    template <size_t... Place>
    static void read(NativeReader& in, u32 index, T& value, std::index_sequence<Place...>) {
        index++;
        (read_field(in, index, std::get<order[Place]>(fields), value), ...);
    }
};

/// An enum without payloads whose tags are found by tags(E()).
template <class T>
concept HasTags = std::is_enum_v<T> && requires { tags(T()); };

template <HasTags T>
struct Native<T> {
    static constexpr auto names = tags(T());
    static constexpr auto order = order_of_ids(names);

    static TypeIndex type(Types& types) {
        std::array<TypeIndex, names.size()> parts{};
        parts.fill(primitive(TypeKind::null));
        return record_type(types, TypeKind::variant, names, order, parts);
    }
    static void write(const T& value, Values& out) {
        u32 place = 0;
        while (order[place] != u32(value)) place++;
        const u32 variant = out.add(ValueKind::variant, place);
        out.add(ValueKind::null);
        out.close(variant);
    }
    static void read(NativeReader& in, u32 index, T& value) {
        value = T(order[in.values[index].bits]);
    }
};

template <class T>
concept HasPayloads = requires(T value) {
    value.value.index();
    T::candid_tags();
};

template <HasPayloads T>
struct Native<T> {
    using Variant = decltype(T::value);
    static constexpr auto names = T::candid_tags();
    static constexpr auto order = order_of_ids(names);
    using Places = std::make_index_sequence<order.size()>;

    static TypeIndex type(Types& types) { return type(types, Places()); }
    static void write(const T& value, Values& out) { write(value, out, Places()); }
    static void read(NativeReader& in, u32 index, T& value) { read(in, index, value, Places()); }

private:
    template <size_t... Place>
    static TypeIndex type(Types& types, std::index_sequence<Place...>) {
        const std::array<TypeIndex, order.size()> parts{
            native_type<std::variant_alternative_t<order[Place], Variant>>(types)...};
        return record_type(types, TypeKind::variant, names, order, parts);
    }
    template <size_t... Place>
    static void write(const T& value, Values& out, std::index_sequence<Place...>) {
        (write_if<Place>(value, out), ...);
    }
    template <size_t Place>
    static void write_if(const T& value, Values& out) {
        if (value.value.index() != order[Place]) return;
        const u32 variant = out.add(ValueKind::variant, Place);
        const auto& payload = std::get<order[Place]>(value.value);
        Native<std::decay_t<decltype(payload)>>::write(payload, out);
        out.close(variant);
    }
    template <size_t... Place>
    static void read(NativeReader& in, u32 index, T& value, std::index_sequence<Place...>) {
        (read_if<Place>(in, index, value), ...);
    }
    template <size_t Place>
    static void read_if(NativeReader& in, u32 index, T& value) {
        if (in.values[index].bits != Place) return;
        auto& payload = value.value.template emplace<order[Place]>();
        Native<std::decay_t<decltype(payload)>>::read(in, index + 1, payload);
    }
};

// Messages of one value.

struct NativeMessage {
    Types types;
    std::vector<Field> fields;  ///< one
};

template <class T>
const NativeMessage& native_message() {
    static const NativeMessage message = [] {
        NativeMessage made;
        made.fields = {{0, 0, native_type<T>(made.types)}};
        return made;
    }();
    return message;
}

/// Whether it is a message at all, whatever its values; as in decode_as.
Result<void, std::string> check_message(Bytes bytes);

Result<Values, std::string> decode_native(Bytes bytes, const NativeMessage& message,
                                          u64 free_values);
ByteVector encode_native(const NativeMessage& message, const Values& values);

/// The message's one argument; why it is none, in the words of the library that mainnet uses as far
/// as they do not depend on its types. `free_values`: see decode().
template <class T>
Result<T, std::string> decode_as(Bytes bytes, u64 free_values = free_values_max) {
    const Values values = TRY(decode_native(bytes, native_message<T>(), free_values));
    NativeReader reader{values};
    T value{};
    Native<T>::read(reader, 0, value);
    if (!reader.error.empty())
        return std::unexpected("Fail to decode argument 0: " + std::move(reader.error));
    return value;
}

template <class T>
ByteVector encode_as(const T& value) {
    Values values;
    Native<T>::write(value, values);
    return encode_native(native_message<T>(), values);
}

}  // namespace icvm::replica::candid

// CANDID_RECORD(Struct, field, …) inside of the struct: its fields, each by its own name.
#define CANDID_RECORD(Struct, ...)                                             \
    static constexpr auto candid_fields() {                                    \
        return std::make_tuple(ICVM_EXPAND(ICVM_FIELDS(Struct, __VA_ARGS__))); \
    }
#define ICVM_FIELDS(Struct, name, ...)                         \
    ::icvm::replica::candid::named_field(#name, &Struct::name) \
        __VA_OPT__(, ICVM_FIELDS_AGAIN ICVM_NOTHING()(Struct, __VA_ARGS__))
#define ICVM_FIELDS_AGAIN() ICVM_FIELDS
#define ICVM_NOTHING() ()
#define ICVM_EXPAND(...) ICVM_EXPAND_2(ICVM_EXPAND_2(ICVM_EXPAND_2(__VA_ARGS__)))
#define ICVM_EXPAND_2(...) ICVM_EXPAND_1(ICVM_EXPAND_1(ICVM_EXPAND_1(__VA_ARGS__)))
#define ICVM_EXPAND_1(...) __VA_ARGS__
