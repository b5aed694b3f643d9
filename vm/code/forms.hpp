#pragma once

#include <array>
#include <span>

#include "vm/code/code.hpp"

namespace icvm::vm {

/// Registers that hold operands while handlers run: integers and references in r, f32, f64 (in lane
/// 0; the other lanes are unspecified) and v128 in x.
///
/// Sanitizers look at a machine with fewer of them: 9,100 handlers in place of 26,400, in a third
/// of the time.
#ifdef ICVM_SANITIZE
inline constexpr u32 integer_registers = 2;
inline constexpr u32 vector_registers = 2;
#else
inline constexpr u32 integer_registers = 4;
inline constexpr u32 vector_registers = 3;
#endif

/// Where an operand is, or a result goes: in a slot of the frame, or in a register.
enum class Place : u8 {
    slot,
    r1,
    r2,
#ifndef ICVM_SANITIZE
    r3,
    r4,
#endif
    x1,
    x2,
#ifndef ICVM_SANITIZE
    x3,
#endif
};
inline constexpr u32 place_count = 1 + integer_registers + vector_registers;

constexpr Place integer_register(u32 n) { return Place(1 + n); }
constexpr Place vector_register(u32 n) { return Place(1 + integer_registers + n); }
constexpr bool is_integer_register(Place place) {
    return place >= Place::r1 && place <= integer_register(integer_registers - 1);
}
constexpr bool is_vector_register(Place place) { return place >= vector_register(0); }

/// Which places an operand of an operation may have, beside the slot.
enum class File : u8 {
    none,     ///< there is no such operand, or only in a slot
    integer,  ///< r1 …
    vector,   ///< x1 …
    any,      ///< both
};

constexpr u32 places_of(File file) {
    switch (file) {
        case File::none: return 1;
        case File::integer: return 1 + integer_registers;
        case File::vector: return 1 + vector_registers;
        default: return place_count;
    }
}

/// The number of `place` among those of the file; places_of(file): it is none of them.
constexpr u32 index_in(File file, Place place) {
    if (place == Place::slot) return 0;
    if (is_integer_register(place))
        return file == File::integer || file == File::any ? u32(place) : places_of(file);
    if (file == File::any) return u32(place);
    return file == File::vector ? u32(place) - integer_registers : places_of(file);
}

/// The place with that number.
constexpr Place place_in(File file, u32 index) {
    return Place(file == File::vector && index > 0 ? index + integer_registers : index);
}

/// The handlers of one operation by the places of its slot operands, in the order of their letters
/// in code.def ("dab": d, a, b). Forms that do not exist are nullptr; the one with all operands in
/// slots always exists. All forms read the same cells: a register's field is not looked at.
struct FormTable {
    static constexpr u32 operands_max = 4;
    std::array<File, operands_max> files{};
    /// Row-major, the last operand fastest; nullptr: no register forms.
    const void* const* handlers = nullptr;
};

/// By operation.
using FormTables = std::array<FormTable, operation_count>;

/// The handler for these places (missing ones are slots); nullptr: there is no such form.
inline const void* find_form(const FormTable& table, std::span<const Place> places) {
    if (table.handlers == nullptr) return nullptr;
    u32 index = 0;
    for (u32 n = 0; n < FormTable::operands_max; n++) {
        const u32 count = places_of(table.files[n]);
        const u32 at = n < places.size() ? index_in(table.files[n], places[n]) : 0;
        if (at >= count) return nullptr;
        index = index * count + at;
    }
    return table.handlers[index];
}

}  // namespace icvm::vm
