/// The quick way over a body. Whatever it does is what apply does for the same bytes; whatever it
/// does not know it leaves to that.

#include "vm/validate/function_typing.hpp"
#include "vm/validate/signature.hpp"

namespace icvm::vm {

namespace {

enum class Kind : u8 {
    left,  ///< to apply
    nop,
    unary,
    binary,
    i32_constant,
    i64_constant,
    f32_constant,
    f64_constant,
    load,
    store,
    local_get,
    local_set,
    local_tee,
    global_get,
    global_set,
    drop,
    select,
    block,  ///< or a loop
    if_,
    end,
    br_if,
    call,
};

struct Row {
    Kind kind = Kind::left;
    u8 first = 0;  ///< operand, by code
    u8 second = 0;
    u8 result = 0;
    u8 alignment = 0;
};

constexpr Kind kind_of(const Signature& signature) {
    using enum Signature::Rule;
    if (signature.rule == access) return signature.operands == 1 ? Kind::load : Kind::store;
    if (signature.rule != plain || signature.results != 1) return Kind::left;
    if (signature.operands == 1) return Kind::unary;
    return signature.operands == 2 ? Kind::binary : Kind::left;
}

/// By opcode; those with a prefix are left.
constexpr std::array<Row, 256> rows = [] {
    std::array<Row, 256> table{};
#define WASM(code, id, ...)                                                         \
    if (u32(Opcode::id) < 0x100) {                                                  \
        const Signature& signature = signatures[place_of(Opcode::id)];              \
        table[u32(Opcode::id) & 0xFF] = {kind_of(signature), signature.operand[0],  \
                                         signature.operand[1], signature.result[0], \
                                         signature.alignment};                      \
    }
#include "vm/wasm/opcode.def"
    const auto put = [&](Opcode opcode, Kind kind) { table[u32(opcode)].kind = kind; };
    put(Opcode::nop, Kind::nop);
    put(Opcode::i32_const, Kind::i32_constant);
    put(Opcode::i64_const, Kind::i64_constant);
    put(Opcode::f32_const, Kind::f32_constant);
    put(Opcode::f64_const, Kind::f64_constant);
    put(Opcode::local_get, Kind::local_get);
    put(Opcode::local_set, Kind::local_set);
    put(Opcode::local_tee, Kind::local_tee);
    put(Opcode::global_get, Kind::global_get);
    put(Opcode::global_set, Kind::global_set);
    put(Opcode::drop, Kind::drop);
    put(Opcode::select, Kind::select);
    put(Opcode::block, Kind::block);
    put(Opcode::loop, Kind::block);
    put(Opcode::if_, Kind::if_);
    put(Opcode::end, Kind::end);
    put(Opcode::br_if, Kind::br_if);
    put(Opcode::call, Kind::call);
    return table;
}();

/// As many bytes as the longest instruction that is not left.
constexpr ptrdiff_t instruction_bytes_max = 12;
/// LEB128 of so many bytes is a number whatever they hold.
constexpr u32 leb32_bytes_safe = 4;
constexpr u32 leb64_bytes_safe = 9;

/// An unsigned number of up to 28 bits; false: it is longer.
[[gnu::always_inline]] inline bool read_u28(const u8*& at, u32& value) {
    value = *at++;
    if (value < 0x80) [[likely]]
        return true;
    value &= 0x7F;
    for (u32 n = 1; n < leb32_bytes_safe; n++) {
        const u8 byte = *at++;
        value |= u32(byte & 0x7F) << (7 * n);
        if (byte < 0x80) return true;
    }
    return false;
}

[[gnu::always_inline]] inline bool skip_leb(const u8*& at, u32 bytes) {
    for (u32 n = 0; n < bytes; n++)
        if (*at++ < 0x80) return true;
    return false;
}

/// Nothing has to be known of a value but its type: it has one, which is no vector's, and a local
/// of it may always be read.
constexpr bool is_simple(ValueType type) {
    if (type.is_number()) [[likely]]
        return true;
    return type.is_defaultable() && type != types::v128 && type != types::unknown;
}

constexpr ValueType no_address{~u32(0)};

}  // namespace

/// Inlined one and all, so that what the walk holds is in registers.
#define SKIM [[gnu::always_inline]]

/// Each step changes nothing when it gives false.
class FunctionTyping::Skimmer {
public:
    Skimmer(FunctionTyping& typing, const u8* at, u32 height_max)
        : typing_(typing),
          module_(typing.module_),
          at_(at),
          top_(typing.operands_.next()),
          limit_(typing.operands_.next_at(height_max)),
          locals_(typing.locals_) {
        find_floor();
        if (!module_.memory_types.empty()) address_ = typing.memory_address(0);
    }

    SKIM const u8* run(const u8* end) {
        while (at_ < end) {
            const u8* const start = at_;
            if (step(rows[*at_++])) continue;
            at_ = start;
            break;
        }
        typing_.operands_.set_next(top_);
        return at_;
    }

private:
    SKIM bool step(const Row& row) {
        switch (row.kind) {
            case Kind::left: return false;
            case Kind::nop: return true;
            case Kind::unary: return unary(row);
            case Kind::binary: return binary(row);
            case Kind::i32_constant: return skip_leb(at_, leb32_bytes_safe) && push(types::i32);
            case Kind::i64_constant: return skip_leb(at_, leb64_bytes_safe) && push(types::i64);
            case Kind::f32_constant: at_ += sizeof(f32); return push(types::f32);
            case Kind::f64_constant: at_ += sizeof(f64); return push(types::f64);
            case Kind::load: return load(row);
            case Kind::store: return store(row);
            case Kind::local_get: return local_get();
            case Kind::local_set: return local_set();
            case Kind::local_tee: return local_tee();
            case Kind::global_get: return global_get();
            case Kind::global_set: return global_set();
            case Kind::drop: return drop();
            case Kind::select: return select();
            case Kind::block: return *at_++ == empty_block && open(Opcode(at_[-2]));
            case Kind::if_: return *at_++ == empty_block && pop(types::i32) && open(Opcode::if_);
            case Kind::end: return close();
            case Kind::br_if: return br_if();
            case Kind::call: return call();
        }
        return false;
    }

    static constexpr u8 empty_block = 0x40;

    /// Whether there are so many operands in this block.
    SKIM bool has(ptrdiff_t count) const { return top_ - floor_ >= count; }
    SKIM bool has_top(ValueType type) const { return has(1) && top_[-1] == type; }
    SKIM bool push(ValueType type) {
        if (top_ >= limit_) return false;
        *top_++ = type;
        return true;
    }
    SKIM bool pop(ValueType type) {
        if (!has_top(type)) return false;
        top_--;
        return true;
    }
    SKIM void find_floor() { floor_ = typing_.operands_.first() + typing_.frames_.back().height; }

    SKIM bool unary(const Row& row) {
        if (!has_top({row.first})) return false;
        top_[-1].bits = row.result;
        return true;
    }
    SKIM bool binary(const Row& row) {
        if (!has(2) || top_[-1].bits != row.second || top_[-2].bits != row.first) return false;
        top_--;
        top_[-1].bits = row.result;
        return true;
    }

    SKIM bool read_memory_argument(const Row& row) {
        u32 offset = 0;
        return *at_++ <= row.alignment && read_u28(at_, offset);
    }
    SKIM bool load(const Row& row) {
        if (!read_memory_argument(row) || !has_top(address_)) return false;
        top_[-1].bits = row.result;
        return true;
    }
    SKIM bool store(const Row& row) {
        if (!read_memory_argument(row)) return false;
        if (!has(2) || top_[-1].bits != row.second || top_[-2] != address_) return false;
        top_ -= 2;
        return true;
    }

    SKIM const ValueType* read_local() {
        u32 index = 0;
        if (!read_u28(at_, index) || index >= locals_.size()) return nullptr;
        return is_simple(locals_[index]) ? &locals_[index] : nullptr;
    }
    SKIM bool local_get() {
        const ValueType* type = read_local();
        return type != nullptr && push(*type);
    }
    SKIM bool local_set() {
        const ValueType* type = read_local();
        return type != nullptr && pop(*type);
    }
    SKIM bool local_tee() {
        const ValueType* type = read_local();
        return type != nullptr && has_top(*type);
    }

    SKIM const GlobalType* read_global() {
        u32 index = 0;
        if (!read_u28(at_, index) || index >= module_.global_types.size()) return nullptr;
        const GlobalType& type = module_.global_types[index];
        return is_simple(type.value) ? &type : nullptr;
    }
    SKIM bool global_get() {
        const GlobalType* type = read_global();
        return type != nullptr && push(type->value);
    }
    SKIM bool global_set() {
        const GlobalType* type = read_global();
        return type != nullptr && type->is_mutable && pop(type->value);
    }

    SKIM bool drop() {
        if (!has(1) || !is_simple(top_[-1])) return false;
        top_--;
        return true;
    }
    SKIM bool select() {
        if (!has(3) || top_[-1] != types::i32) return false;
        if (top_[-2] != top_[-3] || !top_[-2].is_number()) return false;
        top_ -= 2;
        return true;
    }

    SKIM bool open(Opcode opcode) {
        const u32 height = u32(top_ - typing_.operands_.first());
        typing_.frames_.push_back({opcode,
                                   {},
                                   height,
                                   u32(typing_.set_locals_.size()),
                                   false,
                                   typing_.frames_.back().dead});
        floor_ = top_;
        return true;
    }
    /// The end of a block without parameters, within which no local was set that has no default.
    SKIM bool close() {
        const Frame& frame = typing_.frames_.back();
        if (typing_.frames_.size() == 1 || typing_.set_locals_.size() != frame.set_locals)
            return false;
        const bool has_value = frame.type.kind == BlockType::Kind::value;
        if (frame.type.kind == BlockType::Kind::type_index || !has(has_value ? 1 : 0)) return false;
        if (has_value && (frame.opcode == Opcode::if_ || top_[-1] != frame.type.value))
            return false;
        if (top_ - floor_ != (has_value ? 1 : 0)) return false;
        typing_.frames_.pop_back();
        find_floor();
        return true;
    }
    /// To a label that takes nothing, or the one value that is there.
    SKIM bool br_if() {
        u32 label = 0;
        if (!read_u28(at_, label) || label >= typing_.frames_.size()) return false;
        const Frame& frame = typing_.frames_[typing_.frames_.size() - 1 - label];
        if (frame.type.kind == BlockType::Kind::type_index) return false;
        if (frame.type.kind == BlockType::Kind::value && frame.opcode != Opcode::loop)
            if (!has(2) || top_[-2] != frame.type.value) return false;
        return pop(types::i32);
    }
    SKIM bool call() {
        u32 index = 0;
        if (!read_u28(at_, index) || index >= module_.function_types.size()) return false;
        const FunctionType& type = module_.function_type(index);
        const ptrdiff_t taken = ptrdiff_t(type.parameters.size());
        const ptrdiff_t given = ptrdiff_t(type.results.size());
        if (!has(taken) || given > limit_ - top_ + taken) return false;
        ValueType* next = top_ - taken;
        for (ptrdiff_t n = 0; n < taken; n++)
            if (next[n] != type.parameters[n] || next[n] == types::v128) return false;
        for (ptrdiff_t n = 0; n < given; n++)
            if (type.results[n] == types::v128) return false;
        for (const ValueType result : type.results) *next++ = result;
        top_ = next;
        return true;
    }

    FunctionTyping& typing_;
    const Module& module_;
    const u8* at_;
    ValueType* top_;
    ValueType* const limit_;
    ValueType* floor_ = nullptr;
    const std::span<const ValueType> locals_;
    ValueType address_ = no_address;
};

const u8* FunctionTyping::skim(const u8* at, const u8* end, u32 height_max) {
    if (end - at < instruction_bytes_max) return at;
    return Skimmer(*this, at, height_max).run(end - instruction_bytes_max);
}

}  // namespace icvm::vm
